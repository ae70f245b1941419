"""What every PDF of ours has in common: its templates, its paper, its attachment."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fhir.intake.strict_json import dump_json
from intake.paths import TEMPLATES
from intake.pdf.renderer import Attachment, Renderer, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhir.intake.record import Record

Paper: TypeAlias = Literal["A4", "Letter"]
_FOLDER: Final = TEMPLATES / "pdf"


def draw(  # noqa: PLR0913  # by keyword only: what is drawn, and how
    renderer: Renderer,
    html: str,
    *,
    css: str,
    record: Record,
    response: Mapping[str, Any],
    variant: Variant,
) -> bytes:
    """Return HTML as a tagged PDF; equal arguments give equal bytes.

    "pdf/a-3a" carries `response`, the QuestionnaireResponse, as an attachment. Raises a
    `PdfError`.
    """
    identifier = f"{record.identifier.system}|{record.identifier.value}"
    return renderer.render(
        html,
        css=css,
        variant=variant,
        identifier=hashlib.sha256(identifier.encode()).digest()[:16],
        attachments=[_attachment(response, record)] if variant == "pdf/a-3a" else [],
    )


@cache
def stylesheet(paper: Paper, *names: str) -> str:
    """Return style sheets of ours, one after the other, for a size of paper."""
    sheets = [(_FOLDER / name).read_text(encoding="utf-8") for name in names]
    return "\n".join([f"@page {{ size: {paper} }}", *sheets])


@cache
def environment() -> Environment:
    """Return the Jinja environment of the PDFs: all is escaped, nothing may be undefined."""
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _attachment(response: Mapping[str, Any], record: Record) -> Attachment:
    return Attachment(
        string=dump_json(response),
        name="questionnaire-response.fhir.json",
        description="The answers as a FHIR R4 QuestionnaireResponse",
        modified=_modified(record),
    )


def _modified(record: Record) -> datetime:
    """Return when the form was authored, in UTC; midnight where that time is not known."""
    if "T" in record.authored:
        # The first and the last hours of the calendar may lie outside it in UTC.
        with suppress(OverflowError):
            return datetime.fromisoformat(record.authored).astimezone(UTC)
    return datetime.combine(record.authored_day, time(), UTC)
