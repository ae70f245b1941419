"""Whom a form is about: asked once, kept beside the answers as the submission's patient."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from email_validator import EmailNotValidError, validate_email

from fhir.intake.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.items import Form

PERSON: Final = "person"
BIRTH_DATE: Final = "date_of_birth"
NAME: Final = "person_name"
RECORD_NUMBER: Final = "person_record_number"
PHONE: Final = "person_phone"
EMAIL: Final = "person_email"
AUTOCOMPLETE: Final = {NAME: "name", BIRTH_DATE: "bday", PHONE: "tel", EMAIL: "email"}
"""What a browser may fill in by itself, by link id."""
_PHONE: Final = re.compile(r"[0-9+()./ \u00a0x-]+", re.IGNORECASE)
_LEAST_DIGITS: Final = 5
_INTRO_OWN: Final = "If you help someone, give the details of the person whose muscles twitch."
_INTRO: Final = "If you help someone, give the details of the person whom this form is about."


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom the answers are about, as they said. The record number is not checked."""

    name: str
    birth_date: str | None = None
    record_number: str | None = None
    phone: str | None = None
    email: str | None = None

    def to_json(self) -> dict[str, str]:
        """Return what is known."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def values(self) -> dict[str, object]:
        """Return what the person page shows, by link id."""
        return {
            NAME: self.name,
            BIRTH_DATE: self.birth_date,
            RECORD_NUMBER: self.record_number,
            PHONE: self.phone,
            EMAIL: self.email,
        }


def birth_question(form: Form) -> Item | None:
    """Return the form's own question for the date of birth, whose answer the rules read.

    In a form without rules a question of that name is one like any other.
    """
    item = form.items.get(BIRTH_DATE)
    is_own = item is not None and item.type == "date" and form.row_group(item) is None
    return item if is_own and form.is_ruled else None


@lru_cache(maxsize=32)
def person_page(form: Form) -> Item:
    """Return the page that asks who it is, with the form's own question for the date of birth."""
    birth = birth_question(form) or _question(
        BIRTH_DATE, "When were you born?", kind="date", required=True
    )
    children = (
        _question(NAME, "What is your full name?", length=200, required=True),
        birth,
        _question(
            RECORD_NUMBER,
            "What is your record number?",
            length=60,
            hint="It is on letters from the clinic. Leave it empty if you do not know it.",
        ),
        _question(PHONE, "What is your phone number?", length=40),
        _question(EMAIL, "What is your e-mail address?", length=254),
    )
    hint = _INTRO_OWN if form.is_ruled else _INTRO
    return Item(
        link_id=PERSON,
        type="group",
        text="Who this form is about",
        children=(
            Item(link_id=f"{PERSON}_intro", type="display", text=hint, parent=PERSON),
            *children,
        ),
    )


def read_person(values: Mapping[str, Any]) -> tuple[Person | None, dict[str, list[str]]]:
    """Return the person of the page's values, or what is wrong by link id."""
    faults = dict(_faults(values))
    name = values.get(NAME)
    if faults or not name:
        return None, faults
    number, phone, email = (_tidy(values.get(key)) for key in (RECORD_NUMBER, PHONE, EMAIL))
    person = Person(
        name=str(_tidy(name)),
        birth_date=values.get(BIRTH_DATE),
        record_number=number,
        phone=phone,
        email=email,
    )
    return person, {}


def _faults(values: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    phone = _tidy(values.get(PHONE))
    if phone is not None:
        digits = sum(character.isdigit() for character in phone)
        if not _PHONE.fullmatch(phone) or digits < _LEAST_DIGITS:
            yield PHONE, ["Enter a phone number, such as 555 0100 200"]
    email = _tidy(values.get(EMAIL))
    if email is not None:
        try:
            validate_email(email, check_deliverability=False)
        except EmailNotValidError:
            yield EMAIL, ["Enter an e-mail address, such as name@example.org"]


def _tidy(value: object) -> str | None:
    """Return a text without blanks around it, None when nothing is left."""
    return (value.strip() or None) if isinstance(value, str) else None


def _question(  # noqa: PLR0913  # by keyword only: the parts of one question
    link_id: str,
    text: str,
    *,
    kind: str = "string",
    length: int | None = None,
    required: bool = False,
    hint: str | None = None,
) -> Item:
    shown = Item(link_id=f"{link_id}_hint", type="display", text=hint) if hint else None
    return Item(
        link_id=link_id,
        type=kind,
        text=text,
        parent=PERSON,
        hint=shown,
        required=required,
        max_length=length,
        min_value="1900-01-01" if kind == "date" else None,
        max_value="today" if kind == "date" else None,
    )
