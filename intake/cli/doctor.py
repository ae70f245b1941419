"""The command ``intake doctor`` tells whether all is there that the product needs."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES = ("intake-referral", "flask", "wtforms", "weasyprint", "fhir.resources", "orjson")
NEWEST_TOO_OLD = (3, 10)


@click.command()
def doctor() -> None:
    """Check Python, libraries, fonts, form and pack, and render one page."""
    good = True
    for name, healthy, detail in _checks():
        good = good and healthy
        click.echo(f"{'ok  ' if healthy else 'FAIL'} {name}: {detail}")
    raise click.exceptions.Exit(0 if good else 1)


def _checks() -> Iterator[tuple[str, bool, str]]:
    yield "Python", sys.version_info > NEWEST_TOO_OLD, platform.python_version()
    for library in LIBRARIES:
        try:
            yield library, True, version(library)
        except PackageNotFoundError:
            yield library, False, "is not installed"
    yield _content()
    yield _fonts()
    yield _page()


def _content() -> tuple[str, bool, str]:
    from intake.content import standard_content

    content = standard_content()
    rules = len(content.pack.tables.rule)
    return "form and rules", True, f"{content.form.canonical}, {rules} rules"


def _fonts() -> tuple[str, bool, str]:
    from intake.pdf.fonts import installed

    coverage = installed()
    scripts = {"Latin": "é", "Greek": "ω", "Arabic": "ع", "Hebrew": "ש", "Devanagari": "क"}
    missing = [name for name, character in scripts.items() if not coverage.has(character)]
    detail = f"no font for {', '.join(missing)}; such text is printed as code points"
    return "fonts", "Latin" not in missing, detail if missing else "cover all common scripts"


def _page() -> tuple[str, bool, str]:
    from intake.pdf import PdfError
    from intake.pdf.renderer import Renderer

    html = "<html lang=en><title>Test</title><body><p>One page"
    try:
        with Renderer() as renderer:
            pdf = renderer.render(html, css="", variant="pdf/ua-1", identifier=b"doctor")
    except PdfError as error:
        return "PDF", False, str(error)
    return "PDF", pdf.startswith(b"%PDF"), f"one page rendered, {len(pdf) // 1024} KiB"
