"""The documentation says what is there: settings, commands, signals, blocks, links, examples."""

from __future__ import annotations

import ast
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING

import click
import pytest
from blinker import NamedSignal

from intake import Intake, signals
from intake.cli import intake
from intake.paths import TEMPLATES
from intake.settings import KEYS, STANDALONE, Key
from intake.storage import make_engine, schema
from intake.web.environment import STATIC
from tests.cases import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]
LARGEST_PICTURE = 150 * 1024
CHECKS = """
client = app.test_client()
assert client.get("/intake/").status_code == 200
assert client.get("/intake/clinic/").status_code == 403
with client.session_transaction() as signed_in:
    signed_in["clinician"] = "ana"
assert client.get("/intake/clinic/").status_code == 200
state = app.extensions["intake"]
assert state.settings.emergency_number == "112"
with app.test_request_context():
    from flask import session
    session["clinician"] = "ana"
    assert state.actor() == "ana"
print("all is well")
"""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str = "") -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def first_column(text: str, heading: str) -> list[str]:
    """Return the names in code style that lead the rows of the tables below a heading."""
    section = text.split(f"\n{heading}\n", 1)[1]
    section = re.split(r"^#{1,2} ", section, maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def settings_row(key: Key) -> str:
    default = {None: "none", True: "`true`", False: "`false`", "": '`""`'}
    known = key.default if isinstance(key.default, str | bool | None) else str(key.default)
    return f"| `{key.name}` | {default.get(known, f'`{known}`')} | {key.meaning} |"


@pytest.mark.parametrize("keys", [KEYS, STANDALONE], ids=["application", "standalone"])
def test_settings_are_those_of_the_program(keys: tuple[Key, ...]) -> None:
    rows = "\n".join(["| setting | default | meaning |", "|---|---|---|", *map(settings_row, keys)])
    assert f"\n\n{rows}\n\n" in read("docs/operation.md"), f"the table should be\n{rows}"


def test_settings_that_pages_name_exist() -> None:
    known = {key.name for key in (*KEYS, *STANDALONE)} | {"INTAKE_TEST_DATA", "INTAKE_ORACLE"}
    named = {name for page in PAGES for name in re.findall(r"\bINTAKE_[A-Z_]+\b", page.read_text())}
    assert named - known == set()


def test_example_of_the_readme_runs(tmp_path: Path) -> None:
    (example,) = blocks(read("README.md"), "python")
    lines = [line for line in example.splitlines() if line]
    assert len(lines) <= 10
    environ = {name: value for name, value in os.environ.items() if "INTAKE" not in name}
    environ |= {
        "FLASK_SECRET_KEY": "only for tests, and longer than thirty-two bytes",
        "FLASK_INTAKE_EMERGENCY_NUMBER": "112",
        "FLASK_INTAKE_CRISIS_NUMBER": "555-0988",
        "FLASK_INTAKE_CLINIC_PHONE": "555-0123",
        "FLASK_INTAKE_WORKER": "false",
        "FLASK_INTAKE_DATABASE_URL": f"sqlite:///{tmp_path / 'intake.db'}",
        "PYTHONPATH": str(ROOT),
    }
    result = subprocess.run(  # noqa: S603  # the README's own example
        [sys.executable, "-c", example + CHECKS],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "all is well\n", result.stderr


def python_blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, block in enumerate(blocks(page.read_text(encoding="utf-8"), "python"), 1):
            yield f"{page.relative_to(ROOT)}-{number}", block


@pytest.mark.parametrize(("place", "block"), [*python_blocks()], ids=lambda value: value[:30])
def test_examples_import_what_there_is(place: str, block: str) -> None:
    for node in ast.walk(ast.parse(block, place)):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = import_module(node.module)
            assert [name.name for name in node.names if not hasattr(module, name.name)] == []


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(commands(intake, "intake"))


def test_every_command_has_a_row() -> None:
    rows = first_column(read("docs/operation.md"), "## Commands")
    named = [name for row in rows for name in COMMANDS if row == name or row.startswith(f"{name} ")]
    assert sorted(named) == sorted(COMMANDS)
    assert len(rows) == len(named), rows


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_told(name: str) -> None:
    text = read("docs/operation.md")
    options = (one for one in COMMANDS[name].params if isinstance(one, click.Option))
    for option in options:
        assert f"`{option.opts[0]}`" in text, option.opts


def test_options_that_the_pages_name_exist() -> None:
    known = {option for command in COMMANDS.values() for p in command.params for option in p.opts}
    known |= {"--help", "--version"}
    text = "\n".join(re.findall(r"`(?:intake|flask intake) [^`]+`", "".join(map(read_page, PAGES))))
    assert set(re.findall(r"--[a-z-]+", text)) - known == set()


def read_page(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_signal_is_told_with_what_it_carries() -> None:
    known = {name for name, value in vars(signals).items() if isinstance(value, NamedSignal)}
    assert known
    text = read("docs/embedding.md")
    assert set(first_column(text, "## Signals")) == known
    carried = dict(re.findall(r"^\| `([a-z_]+)` \| ((?:`[a-z]+`(?:, )?)+) \|", text, re.MULTILINE))
    sent = dict(sent_signals())
    assert {name: set(re.findall("[a-z]+", words)) for name, words in carried.items()} == sent


def sent_signals() -> Iterator[tuple[str, set[str]]]:
    """Yield what the code sends, by the name of the signal."""
    for path in (ROOT / "intake").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) != "signals.tell":
                continue
            keys = {keyword.arg for keyword in call.keywords if keyword.arg}
            signal = call.args[0]
            if isinstance(signal, ast.Attribute):
                yield signal.attr, keys
            else:
                yield from dict.fromkeys(("summary_made", "summary_failed"), keys).items()


def test_parameters_of_init_app_are_told() -> None:
    expected = [name for name in signature(Intake.init_app).parameters if name not in "self app"]
    assert first_column(read("docs/embedding.md"), "## init_app") == expected


def test_blocks_of_the_base_template_are_told() -> None:
    base = (TEMPLATES / "intake" / "base.html").read_text(encoding="utf-8")
    expected = re.findall(r"\{% block (\w+)", base)
    assert first_column(read("docs/embedding.md"), "## Templates") == expected


def test_properties_of_the_style_are_there() -> None:
    css = (STATIC / "intake.css").read_text(encoding="utf-8")
    text = read("docs/embedding.md")
    told = re.findall(r"^\| `(--intake-[a-z]+)` \| (?:`(#\w+)`)?", text, re.MULTILINE)
    assert len(told) == 4
    for name, colour in told:
        assert f"var({name},{colour}" in css, name


def test_make_targets_are_told() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.MULTILINE))
    told = re.findall(r"`make ([a-z]+)`", read("CONTRIBUTING.md").split("## ", 1)[0])
    assert targets - {"help", "setup", "setup-dev"} == set(told)


def slugs(text: str) -> set[str]:
    """Return the anchors of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(text: str) -> Iterable[str]:
    return [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in links(text):
        assert not link.startswith("/"), link
        path, _, anchor = link.partition("#")
        if re.match("[a-z]+:", link):
            continue
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in slugs(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    places = (ROOT, page.parent, TEMPLATES)
    named = r"(?<![\w/])(?:docs|tests|scripts|examples|intake|fhir|templates)/[\w/-]+\.\w+"
    for name in re.findall(named, page.read_text(encoding="utf-8")):
        assert "/instance/" in name or any((place / name).exists() for place in places), name


def test_pictures_are_small_and_shown() -> None:
    pictures = {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()}
    shown = {link.rsplit("/", 1)[1] for link in links(read("README.md")) if "images/" in link}
    assert shown == set(pictures)
    assert [name for name, size in pictures.items() if size > LARGEST_PICTURE] == []


def test_backup_is_a_whole_copy(tmp_path: Path) -> None:
    (line,) = re.findall(r"^python -c '.*VACUUM.*$", read("docs/operation.md"), re.MULTILINE)
    engine = make_engine(f"sqlite:///{tmp_path / 'instance' / 'intake.db'}")
    schema.upgrade(engine)
    with engine.connect():  # in use
        words = [sys.executable, *shlex.split(line)[1:]]
        subprocess.run(words, cwd=tmp_path, check=True)  # noqa: S603  # the manual's own command
    engine.dispose()
    with sqlite3.connect(tmp_path / "backup.db") as copy:
        names = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
    assert names >= schema.TABLES
    assert "intake_audit_delete" in names, "the trigger"
