"""Many submissions at once: one renderer for each core, one line for each failure."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from fhir.intake.receivers.plan import RECEIVER_FILES
from intake.output import write_files
from intake.pdf.renderer import Renderer
from intake.processing import FILES, Layout, process
from intake.receiving import dry_run, with_receiver
from intake.submission import InputError, read_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from fhir.intake.receivers import Receiver
    from intake.content import Content
    from intake.submission import Frame

GOOD: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file: its exit status, notes on stderr, and an account for stdout."""

    code: int
    notes: tuple[str, ...]
    account: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is the same for all files of a run. A ``dry`` run writes nothing."""

    content: Content
    frame: Frame
    layout: Layout
    receiver: Receiver
    dry: bool = False
    previous: dict[str, Any] | None = None

    def run(self, path: Path, folder: Path, renderer: Renderer) -> Outcome:
        """Process one file into a folder; the status is 0, or 1 if the PDF failed.

        Raises InputError for a bad file and OSError when the folder can not be written.
        """
        submission = read_submission(path, self.content.form, self.frame)
        try:
            result = process(
                submission, self.content, renderer, self.layout, previous=self.previous
            )
        except InputError as error:
            raise InputError(str(path), error.problems) from None
        account: tuple[str, ...] = ()
        if self.dry:
            result, account = dry_run(result, self.receiver)
        else:
            result = with_receiver(result, self.receiver)
            write_files(folder, result.files, clear=(*FILES, *RECEIVER_FILES))
        return Outcome(FAILED if result.failed else GOOD, result.notes, account)


def run_one(job: Job, path: Path, folder: Path, *, note: Callable[[str], None]) -> int:
    """Process one file; return the exit status: 2 for a bad input or output folder."""
    with Renderer() as renderer:
        return _report(lambda: job.run(path, folder, renderer), path, note, bad=BAD_INPUT)


def run_many(job: Job, inputs: Sequence[tuple[Path, Path]], *, note: Callable[[str], None]) -> int:
    """Process files side by side; return 1 if any failed. A failure never stops the others.

    What is said comes in the order of the files.
    """
    local = threading.local()
    workers = min(os.cpu_count() or 1, len(inputs))
    code = GOOD
    with ExitStack() as renderers, ThreadPoolExecutor(workers) as pool:

        def run(path: Path, folder: Path) -> Outcome:
            if not hasattr(local, "renderer"):
                local.renderer = renderers.enter_context(Renderer())
            outcome: Outcome = job.run(path, folder, local.renderer)
            return outcome

        futures = {pool.submit(run, path, folder): path for path, folder in inputs}
        try:
            for future in _progress(futures, len(futures)):
                code = max(code, _report(future.result, futures[future], note, bad=FAILED))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return code


def _report(
    outcome: Callable[[], Outcome],
    path: Path,
    note: Callable[[str], None],
    *,
    bad: int,
) -> int:
    """Tell what came of a file, a line for each thing to say; return its exit status."""
    try:
        done = outcome()
    except InputError as error:
        note(str(error))
        return bad
    except OSError as error:
        note(f"{error.filename or path}: {error.strerror or 'the result can not be written'}")
        return bad
    except Exception as error:  # noqa: BLE001  # one file must not end the run of the others
        note(f"{path}: can not be processed ({type(error).__name__}); please report this")
        return bad
    for line in done.notes:
        note(f"{path}: {line}")
    if done.account:
        click.echo("\n".join((f"{path}:", *(f"  {line}" for line in done.account))))
    return done.code


def _progress(done: Iterable[Future[Outcome]], count: int) -> Iterator[Future[Outcome]]:
    """Yield what is done, with a progress bar where somebody can see it."""
    if not sys.stderr.isatty():
        yield from done
        return
    with click.progressbar(done, length=count, label="processing", file=sys.stderr) as bar:
        yield from bar
