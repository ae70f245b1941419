"""Interleaved timing: candidates take turns within one run, and medians are compared."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def compare(
    candidates: Mapping[str, Callable[[], object]], *, rounds: int, repeats: int
) -> dict[str, float]:
    """Return the median CPU time of each candidate in ms for one call."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for name, run in candidates.items():
        run()
        times[name].clear()
    for _ in range(rounds):
        for name, run in candidates.items():
            gc.collect()
            start = time.process_time()
            for _ in range(repeats):
                run()
            times[name].append((time.process_time() - start) / repeats * 1000)
    return {name: median(found) for name, found in times.items()}


def process_cpu(code: str) -> float:
    """Return the CPU time in ms of a new interpreter that runs the code."""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)  # noqa: S603  # our own code
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"exit status {child.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def compare_processes(codes: Mapping[str, str], *, rounds: int) -> dict[str, float]:
    """Return the median CPU time in ms of each code in a new interpreter, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            times[name].append(process_cpu(code))
    return {name: median(found) for name, found in times.items()}


def report(title: str, times: Mapping[str, float], *, beside: str | None = None) -> None:
    """Print the times, each with its ratio to the candidate named ``beside``."""
    print(f"\n{title}")
    for name, value in times.items():
        ratio = f"   {value / times[beside]:5.2f} of {beside}" if beside else ""
        print(f"  {name:<46}{value:10.3f} ms CPU{ratio}")
