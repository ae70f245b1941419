"""Judges from package registries, installed or built once below ``build/conformance``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.verdict import JudgeError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = Path(__file__).parent
BUILD: Final = ROOT / "build" / "conformance"
INSTALL_SECONDS: Final = 900
RUN_SECONDS: Final = 1800
_STAMP: Final = "made-of.txt"
_HEAP: Final = "-Xmx2g"


def node_folder(name: str, *command: str) -> Path:
    """Return the folder of a Node judge with its packages, after a command that builds it.

    Raises UnavailableError when Node, npm or a package can not be had.
    """
    for program in ("node", "npm"):
        find(program)
    source, folder = SOURCES / "node" / name, BUILD / name
    stamp = _digest(source)
    if _is_made(folder, stamp):
        return folder
    _lay_out(source, folder)
    options = ("--no-package-lock", "--legacy-peer-deps", "--ignore-scripts")
    install = ["npm", "install", *options, "--no-audit", "--no-fund"]
    get(install, folder)
    if command:
        run([str(folder / "node_modules" / ".bin" / command[0]), *command[1:]], folder)
    (folder / _STAMP).write_text(stamp, encoding="utf-8")
    return folder


def java_command(name: str, main: str) -> list[str]:
    """Return the command that starts a Java judge of ours, compiled against its artifacts.

    Raises UnavailableError when Java, Maven or an artifact can not be had.
    """
    for program in ("java", "javac", "mvn"):
        find(program)
    source, folder = SOURCES / "java" / name, BUILD / name
    stamp, path = _digest(source), folder / "classpath.txt"
    if not _is_made(folder, stamp):
        _lay_out(source, folder)
        get(["mvn", "-B", "-q", "dependency:build-classpath", f"-Dmdep.outputFile={path}"], folder)
        files = sorted(map(str, source.glob("*.java")))
        artifacts = path.read_text(encoding="utf-8")
        run(["javac", "-d", "classes", "-cp", artifacts, "-nowarn", *files], folder)
        (folder / _STAMP).write_text(stamp, encoding="utf-8")
    artifacts = path.read_text(encoding="utf-8")
    classes = os.pathsep.join((str(folder / "classes"), artifacts))
    return ["java", _HEAP, "-cp", classes, f"conformance.{main}"]


def find(program: str) -> str:
    """Return the path of a program. Raises UnavailableError when it is not installed."""
    path = shutil.which(program)
    if path is None:
        raise UnavailableError(f"{program} is not installed")
    return path


def get(command: Sequence[str], folder: Path) -> None:
    """Fetch packages. Raises UnavailableError, with the client's reason, when that fails."""
    try:
        run(command, folder, seconds=INSTALL_SECONDS)
    except JudgeError as error:
        raise UnavailableError(str(error)) from None


def run(command: Sequence[str], folder: Path, given: str = "", seconds: float = RUN_SECONDS) -> str:
    """Run a command to its end; return what it printed. Raises JudgeError when it fails."""
    try:
        done = subprocess.run(  # noqa: S603  # our own commands, without a shell
            command,
            cwd=folder,
            input=given,
            capture_output=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise JudgeError(f"{Path(command[0]).name} did not end in {seconds:g} seconds") from None
    if done.returncode:
        name = Path(command[0]).name
        raise JudgeError(
            f"{name} ended with {done.returncode}: {_reason(done.stderr, done.stdout)}"
        )
    return done.stdout


def _reason(*outputs: str) -> str:
    """Return the line of a program's outputs that most likely says what is wrong."""
    lines = [line.strip() for text in outputs for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.casefold()] or lines
    return telling[0][:400] if telling else "it said nothing"


def _digest(source: Path) -> str:
    """Return what tells one state of a folder's files from another."""
    total = hashlib.sha256()
    for path in sorted(source.iterdir()):
        total.update(f"{path.name}\n".encode() + path.read_bytes() + b"\n")
    return total.hexdigest()


def _is_made(folder: Path, stamp: str) -> bool:
    made = folder / _STAMP
    return made.is_file() and made.read_text(encoding="utf-8") == stamp


def _lay_out(source: Path, folder: Path) -> None:
    """Begin a folder anew with the files of a source."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
