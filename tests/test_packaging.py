"""The wheel holds what it should, and runs the main job alone in an empty environment."""

import ctypes.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from urllib.request import urlopen

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parent.parent
NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "dist", "out", "instance", "node_modules"
)
SHIPPED = {  # checkout folder -> its folder in the wheel, and the files that it must carry along
    "intake": ("intake", ("**/*.py", "py.typed", "migrations/*.mako", "web/static/*")),
    "referral": ("referral", ("**/*.py", "py.typed", "packs/**/*.toml")),
    "fhir/intake": ("fhir/intake", ("**/*.py", "py.typed", "questionnaire.json")),
    "templates": ("intake/templates", ("**/*",)),
}
HAS_PANGO = ctypes.util.find_library("pango-1.0") is not None
STARTED = 60
"""Seconds within which a server starts, on a busy computer."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def environ() -> dict[str, str]:
    """Return the environment without what leads back to the checkout or configures a server."""
    left_out = re.compile("PYTHONPATH|VIRTUAL_ENV|SECRET_KEY|INTAKE_.*|FLASK_.*")
    return {name: value for name, value in os.environ.items() if not left_out.fullmatch(name)}


def run(*command: str | Path, cwd: Path) -> str:
    """Return the output of a command, or fail with what it printed."""
    result = subprocess.run(  # noqa: S603 - the commands are this module's own
        command, cwd=cwd, env=environ(), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("wheel") / "source"
    # setuptools leaves build/ and *.egg-info beside what it builds; the checkout stays clean.
    shutil.copytree(CHECKOUT, source, ignore=NOT_SOURCE)
    target = source.parent / "dist"
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", target, source),
        cwd=source.parent,
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def wheel_files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="session")
def environment(wheel: Path) -> Iterator[Path]:
    """Make an environment of nothing but the runtime lock and the wheel; give its bin folder."""
    folder = wheel.parent.parent / "environment"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    run(*pip, "--require-hashes", "-r", CHECKOUT / "requirements" / "base.txt", cwd=folder)
    run(*pip, "--no-deps", wheel, cwd=folder)
    yield python.parent
    shutil.rmtree(folder)  # pytest keeps the folders of three runs, and this one is large


@pytest.fixture(scope="session")
def main_job(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the main job away from the checkout; return the folder that it wrote."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    example = CHECKOUT / "examples" / "mark.json"
    arguments = ("process", example, "--out", elsewhere / "out", "--on", "2026-11-22")
    run(environment / "intake", *arguments, cwd=elsewhere)
    return elsewhere / "out"


def source_files(folder: str) -> set[str]:
    """Return the names in the wheel of what a checkout folder ships."""
    target, patterns = SHIPPED[folder]
    root = CHECKOUT / folder
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return {
        f"{target}/{path.relative_to(root).as_posix()}"
        for path in found
        if "__pycache__" not in path.parts
    }


def locked(name: str) -> dict[str, str]:
    """Return the packages of a lock file with their versions."""
    text = (CHECKOUT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+) \\$", text, re.MULTILINE))


@pytest.mark.parametrize("folder", SHIPPED)
def test_the_wheel_carries_every_source_file(folder: str, wheel_files: set[str]) -> None:
    expected = source_files(folder)
    assert expected
    assert expected - wheel_files == set()


@pytest.mark.parametrize(
    "name",
    [
        "intake/py.typed",
        "referral/py.typed",
        "fhir/intake/py.typed",
        "fhir/intake/questionnaire.json",
    ],
)
def test_the_wheel_carries_the_named_file(name: str, wheel_files: set[str]) -> None:
    assert name in wheel_files


def test_the_wheel_carries_a_rule_pack(wheel_files: set[str]) -> None:
    assert any(re.fullmatch(r"referral/packs/.+\.toml", name) for name in wheel_files)


@pytest.mark.parametrize("name", ["LICENSE", "THIRD_PARTY_NOTICES"])
def test_the_wheel_carries_the_licences(name: str, wheel_files: set[str]) -> None:
    assert any(file.endswith(f".dist-info/licenses/{name}") for file in wheel_files)


def test_the_wheel_carries_nothing_else(wheel_files: set[str]) -> None:
    strangers = {
        name
        for name in wheel_files
        if not re.match(r"(intake|referral|fhir/intake|intake_referral-[^/]+\.dist-info)/", name)
    }
    assert strangers == set()


def test_the_wheel_leaves_the_fhir_package_to_fhir_resources(wheel_files: set[str]) -> None:
    owned = {file.as_posix() for file in metadata.files("fhir.resources") or []}
    assert "fhir/__init__.py" in owned
    assert owned & wheel_files == set()


def test_the_wheel_names_its_command_and_flask_plugin(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/entry_points.txt"))
        lines = archive.read(name).decode().split("\n")
    assert {"[console_scripts]", "intake = intake.cli:main"} <= set(lines)
    assert {"[flask.commands]", "intake = intake.cli:intake"} <= set(lines)


def test_both_fhir_packages_import_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    statement = "import fhir.intake, fhir.resources; print(fhir.intake.__file__)"
    printed = run(environment / "python", "-c", statement, cwd=tmp_path).strip()
    assert Path(printed).is_relative_to(environment.parent)


@pytest.mark.parametrize("name", ["questionnaire-response.json", "bundle.json", "assessment.json"])
def test_the_installed_main_job_writes_json(name: str, main_job: Path) -> None:
    assert json.loads((main_job / name).read_text(encoding="utf-8"))


def test_the_installed_main_job_writes_a_bundle(main_job: Path) -> None:
    bundle = json.loads((main_job / "bundle.json").read_text(encoding="utf-8"))
    assert bundle["resourceType"] == "Bundle"
    assert bundle["entry"]


@pytest.mark.skipif(not HAS_PANGO, reason="the PDF needs Pango")
def test_the_installed_main_job_writes_the_pdf(main_job: Path) -> None:
    assert (main_job / "summary.pdf").read_bytes().startswith(b"%PDF-")


def test_the_installed_server_serves(environment: Path, tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - as run()
        [environment / "intake", "serve", "--development", "--port", "0"],
        cwd=tmp_path,
        env=environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        late = threading.Timer(STARTED, server.kill)
        late.start()
        try:
            assert server.stdout is not None
            told = server.stdout.readline()
            late.cancel()
            assert told.startswith("Patients: "), server.communicate()
            address = told.split()[-1]
            start = fetch(address)
            assert "<h1" in start
            (style,) = re.findall(r'<link rel="stylesheet" href="/([^"]+)">', start)
            assert ".nhsuk-button" in fetch(address + style)
            assert json.loads(fetch(f"{address}healthz")) == {"status": "ok"}
            assert "No form has been sent yet" in fetch(f"{address}clinic/")
            server.send_signal(signal.SIGTERM)
            _, said = server.communicate(timeout=STARTED)
        finally:
            late.cancel()
            server.kill()
    assert server.returncode == 0, said
    assert (tmp_path / "instance/intake.db").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"instance"}


def fetch(address: str) -> str:
    """Return what a server on loopback answers with; an error of it is raised."""
    assert address.startswith("http://127.0.0.1:"), address
    with urlopen(address, timeout=STARTED) as answer:  # noqa: S310 - checked above
        return str(answer.read().decode())


def test_the_locks_satisfy_the_project() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["build-system"]["requires"] + project["project"]["dependencies"]
    for name, lines in (
        ("base.txt", runtime),
        ("dev.txt", runtime + project["dependency-groups"]["dev"]),
    ):
        versions = locked(name)
        for requirement in map(Requirement, lines):
            version = versions[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{name}: {requirement} is {version}"


def test_the_development_lock_has_the_runtime_versions() -> None:
    assert locked("base.txt").items() <= locked("dev.txt").items()


@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_hold_whatever_a_python_version_needs(python: str) -> None:
    """A lock is compiled on one Python version; no package may be needed only on another."""
    marked = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    for lock in ("base.txt", "dev.txt"):
        versions = locked(lock)
        for name in versions:
            for requirement in map(Requirement, metadata.requires(name) or []):
                if requirement.marker is None or requirement.marker.evaluate(marked):
                    wanted = canonicalize_name(requirement.name)
                    assert wanted in versions, f"{lock}: {name} needs {wanted} on {python}"
