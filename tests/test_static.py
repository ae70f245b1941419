"""The style that is shipped: our own colours, nothing from elsewhere, and small."""

from __future__ import annotations

import gzip
import importlib.metadata
import re
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest

from intake.paths import TEMPLATES
from intake.web.environment import STATIC
from tests.cases import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CSS = (STATIC / "intake.css").read_text(encoding="utf-8")
CLINIC_CSS = (STATIC / "clinic.css").read_text(encoding="utf-8")
BUILD = (ROOT / "scripts" / "build_css.sh").read_text(encoding="utf-8")
LARGEST = 14 * 1024
HOOKS = {
    "nhsuk-table__body",
    "nhsuk-table__head",
    "nhsuk-table__row",
    "nhsuk-table__header",
    "nhsuk-table__cell",
}
"""Classes of the kit's markup that need no rule of their own."""


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG of a colour such as #0b5d62."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_style_loads_nothing_from_anywhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    for word in ("http", "url(", "//", "@import", "@font-face", "@charset", "frutiger"):
        assert word not in text, word
    assert not {"#005eb8", "#003087"} & set(re.findall("#[0-9a-f]{6}", text)), "a blue of the NHS"


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_every_rule_is_in_the_layer_that_a_hosts_own_style_outranks(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
    assert re.match(r"@layer intake\s*\{", text)
    depths = [*accumulate({"{": 1, "}": -1}.get(character, 0) for character in text)]
    assert depths.index(0, text.index("{")) == len(text) - 1, "the layer ends before the file"


@pytest.mark.parametrize("name", ["brand", "link", "button", "font", "brand-dark", "button-dark"])
def test_host_can_set(name: str) -> None:
    assert f"var(--intake-{name}," in CSS


def test_style_is_small() -> None:
    assert len(gzip.compress(CSS.encode(), 9)) <= LARGEST


def test_colours_can_be_read() -> None:
    page, link, secondary = "#f7faf9", "#0b5d62", "#4a5c5f"
    for colour in (link, secondary, "#b3261e"):
        assert colour in CSS
        assert contrast(colour, page) >= 4.5, colour
    for button in ("#0a6e3d", "#0b5d62", "#b3261e"):
        assert contrast("#ffffff", button) >= 4.5, button


@pytest.mark.parametrize("mode", ["print", "forced-colors:active", "prefers-contrast:more"])
def test_style_knows(mode: str) -> None:
    assert mode in CSS.replace(": ", ":")


def test_style_and_markup_are_of_the_same_version() -> None:
    version = re.findall(r"nhsuk-frontend@([0-9.]+)", BUILD)
    assert len(version) == 1
    assert f"nhsuk-frontend {version[0]} " in CSS[:200]
    port = importlib.metadata.metadata("nhsuk-frontend-jinja")
    table = str(port.json["description"])
    assert f"| {version[0]} | {port['Version']} |" in table
    notices = (ROOT / "THIRD_PARTY_NOTICES").read_text(encoding="utf-8")
    assert f"nhsuk-frontend {version[0]} " in notices
    assert f"nhsuk-frontend-jinja {port['Version']} " in notices


def test_build_pins_what_it_installs() -> None:
    packages = re.search(r"packages=\((.*?)\)", BUILD)
    assert packages
    for package in packages[1].split():
        assert re.fullmatch(r"[a-z-]+@[0-9]+\.[0-9]+\.[0-9]+", package), package


def test_classes_of_the_templates_have_rules() -> None:
    ruled = set(re.findall(r"\.((?:nhsuk|intake)-[\w-]+)", CSS + CLINIC_CSS))
    for path in sorted((TEMPLATES / "intake").rglob("*.html")):
        for value in re.findall(r'class="([^"{}]*)"', path.read_text(encoding="utf-8")):
            used = {name for name in value.split() if name.startswith(("nhsuk-", "intake-"))}
            assert used <= ruled | HOOKS, (path.name, used - ruled)
