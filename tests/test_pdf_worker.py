from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from intake.pdf import PdfError, PdfFailed, PdfTimeout, PdfUnavailable, renderer, worker
from intake.pdf.renderer import Renderer
from tests.cases import ROOT

# Stands in for WeasyPrint where only the process around it is tested; the "HTML" is an order.
FAKE = """
import os, socket, sys, time
print("a banner on standard output")
print("a banner on standard error", file=sys.stderr)
os.system("echo a banner of a library")
VERSION = "70.0"
class CSS:
    def __init__(self, **options): pass
Attachment = CSS
class HTML:
    def __init__(self, *, string, url_fetcher): self.order = string
    def write_pdf(self, **options):
        print("noise")
        if self.order == "sleep": time.sleep(60)
        if self.order == "spin":
            while True: pass
        if self.order == "memory": bytearray(4 << 30)
        if self.order == "crash": os.abort()
        if self.order == "raise": raise ValueError("the patient said so")
        if self.order == "connect": socket.create_connection(("127.0.0.1", 9))
        if self.order == "program": os.system("true")
        if self.order == "environment": return repr(sorted(os.environ)).encode()
        if self.order == "limits":
            import resource
            return repr([resource.getrlimit(resource.RLIMIT_CORE)]).encode()
        return self.order.encode()
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "fake" / "weasyprint"
    (package / "text").mkdir(parents=True)
    (package / "__init__.py").write_text(FAKE)
    (package / "urls.py").write_text("class URLFetcher: pass")
    (package / "text" / "__init__.py").touch()
    (package / "text" / "fonts.py").write_text("class FontConfiguration: pass")
    monkeypatch.syspath_prepend(package.parent)
    return package


def order(running: Renderer, what: str) -> bytes:
    return running.render(what, css="", variant="pdf/ua-1", identifier=b"x")


def child(running: Renderer) -> int:
    assert running._child is not None
    return running._child._process.pid


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, within: float = 5.0) -> bool:
    until = time.monotonic() + within
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not runs(pid)


@pytest.mark.usefixtures("fake")
def test_one_child_serves_many_documents_and_says_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Renderer() as running:
        assert order(running, "one") == b"one"
        pid = child(running)
        assert order(running, "two" * 100_000) == b"two" * 100_000
        assert child(running) == pid
    assert gone(pid, within=0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("memory", "too much memory"),
        ("crash", "crashed"),
        ("raise", "stopped with ValueError"),
        ("connect", "stopped with PermissionError"),
        ("program", "stopped with PermissionError"),
    ],
)
def test_failure_is_told_without_the_patients_words(what: str, says: str) -> None:
    with Renderer() as running:
        with pytest.raises(PdfFailed, match=says) as failure:
            order(running, what)
        assert "patient" not in str(failure.value)
        assert order(running, "next") == b"next"


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("what", ["sleep", "spin"])
def test_time_limit(what: str) -> None:
    with Renderer(timeout=0.7) as running:
        with pytest.raises(PdfTimeout):
            order(running, what)
        assert order(running, "next") == b"next"


@pytest.mark.usefixtures("fake")
def test_idle_child_that_died_is_replaced() -> None:
    with Renderer() as running:
        order(running, "one")
        assert running._child is not None
        running._child._process.kill()
        running._child._process.wait()
        assert order(running, "two") == b"two"


@pytest.mark.usefixtures("fake")
def test_secrets_stay_in_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_SECRET_KEY", "x")
    with Renderer() as running:
        environment = order(running, "environment").decode()
        assert order(running, "limits") == b"[(0, 0)]"
    assert "PATH" in environment
    assert "SECRET" not in environment


@pytest.mark.usefixtures("fake")
def test_threads_share_or_have_their_own() -> None:
    with Renderer() as shared, ThreadPoolExecutor(4) as pool:
        words = [f"word {n}" for n in range(40)]
        assert list(pool.map(lambda word: order(shared, word), words)) == [
            word.encode() for word in words
        ]

    def own(word: str) -> bytes:
        with Renderer() as running:
            return order(running, word)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(own, "abc")) == [b"a", b"b", b"c"]


def test_missing_pango_is_one_sentence(fake: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = 'print("-----\\nWeasyPrint could not import some libraries")\nraise OSError("pango")\n'
    (fake / "__init__.py").write_text(broken)
    with Renderer() as running, pytest.raises(PdfUnavailable) as missing:
        order(running, "x")
    assert capfd.readouterr() == ("", "")
    assert "\n" not in str(missing.value)


@pytest.mark.parametrize("broken", ["import nothing_of_that_name", 'VERSION = "69.2"'])
def test_missing_or_old_package(fake: Path, broken: str) -> None:
    (fake / "__init__.py").write_text(broken)
    with (
        Renderer() as running,
        pytest.raises(PdfUnavailable, match=r'pip install "weasyprint>=70"'),
    ):
        order(running, "x")


@pytest.mark.parametrize(
    ("platform", "cure"),
    [
        ("linux", "sudo apt install libpango-1.0-0 libpangoft2-1.0-0"),
        ("darwin", "brew install pango"),
        ("win32", "MSYS2"),
    ],
)
def test_cure_for_each_system(monkeypatch: pytest.MonkeyPatch, platform: str, cure: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cure in str(PdfUnavailable())
    assert issubclass(PdfUnavailable, PdfError)


def test_no_interpreter_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python3")
    with Renderer() as running, pytest.raises(PdfFailed, match="could not be started"):
        order(running, "x")


def test_embedded_python_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/bin/uwsgi")
    assert renderer._interpreter() == f"{sys.exec_prefix}/bin/python3"


PARENT = """
import os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background run ignores it
sys.path[:0] = sys.argv[1:3]
from intake.pdf.renderer import Renderer

running = Renderer()
def order(what):
    return running.render(what, css="", variant="pdf/ua-1", identifier=b"x")
order("start")
print(running._child._process.pid, flush=True)
"""
ENDINGS = {
    "exit": "sys.exit(0)",
    "error": "raise RuntimeError",
    "interrupt": "signal.raise_signal(signal.SIGINT)",
    "interrupted work": "threading.Timer(.3, os.kill, [os.getpid(), 2]).start(); order('sleep')",
    "killed": "os.kill(os.getpid(), 9)",
    "killed at work": "threading.Timer(.3, os.kill, [os.getpid(), 9]).start(); order('spin')",
    "killed with the pipe inherited": """
if os.fork() == 0:
    time.sleep(10)
os.kill(os.getpid(), 9)
""",
}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("ending", ENDINGS)
def test_child_never_outlives_the_parent(fake: Path, ending: str) -> None:
    code = PARENT + ENDINGS[ending]
    start = [sys.executable, "-c", code, str(fake.parent), str(ROOT)]
    with subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:  # noqa: S603
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.wait(timeout=60)
    assert gone(pid)


def test_renderer_survives_a_fork(fake: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    code = (
        PARENT
        + """
if child := os.fork():
    ok = os.waitpid(child, 0)[1] == 0
    sys.exit(0 if ok and order("parent") == b"parent" else 1)
ok = order("child") == b"child"
running.close()
os._exit(0 if ok else 1)
"""
    )
    start = [sys.executable, "-c", code, str(fake.parent), str(ROOT)]
    assert subprocess.run(start, stdout=subprocess.DEVNULL, timeout=20, check=False).returncode == 0  # noqa: S603


def test_frames_tell_when_the_other_side_is_gone() -> None:
    buffer = io.BytesIO()
    worker.write_frame(buffer, b"ab", b"c")
    assert worker.read_frame(io.BytesIO(buffer.getvalue())) == b"abc"
    with pytest.raises(EOFError):
        worker.read_frame(io.BytesIO(buffer.getvalue()[:-1]))


def test_weasyprint_stays_out_of_the_parent() -> None:
    modules = "intake.pdf.fonts, intake.pdf.text, intake.pdf.renderer, intake.pdf.body"
    code = (
        f"import sys, {modules}; sys.exit(bool({{'weasyprint', 'fontTools'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0  # noqa: S603
