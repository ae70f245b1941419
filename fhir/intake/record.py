"""What a QuestionnaireResponse says besides the answers: whose it is, from whom and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from fhir.intake import urls

RESPONSE_SYSTEM: Final = urls.BASE + "/sid/response"
PERSON_SYSTEM: Final = urls.BASE + "/sid/person"
_DATETIME: Final = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A FHIR identifier: the system that gave it, and the value."""

    system: str
    value: str

    def to_json(self) -> dict[str, str]:
        """Return the FHIR element."""
        return {"system": self.system, "value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Whom the answers are about, as far as it is known."""

    identifier: Identifier
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The frame of a response.

    ``authored`` is a FHIR dateTime; its day, as written, is the day of the form unless ``on``
    sets another. ``author`` and ``source`` are References, None to derive them from who filled
    in the form.
    """

    identifier: Identifier
    patient: Patient
    authored: str
    status: str = "completed"
    language: str | None = None
    author: dict[str, Any] | None = None
    source: dict[str, Any] | None = None
    on: date | None = None

    @property
    def day(self) -> date:
        """The day of the form, from which ages and targets count."""
        return self.on or self.authored_day

    @property
    def authored_day(self) -> date:
        """The day as authored; the first of the month or year if that is all."""
        year, month, day = (*self.authored[:10].split("-"), "1", "1")[:3]
        return date(int(year), int(month), int(day))


def is_datetime(text: object) -> bool:
    """Tell whether a text is a FHIR dateTime: with a time, it needs seconds and a zone."""
    if not isinstance(text, str) or not _DATETIME.fullmatch(text):
        return False
    try:
        if "T" in text:
            datetime.fromisoformat(text)
        else:
            date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:
        return False
    return True
