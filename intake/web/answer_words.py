"""A stored response, read again for people: every answer in words, every character of it kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.intake.answers import check_answers, is_blank
from fhir.intake.enablement import Enablement
from fhir.intake.items import CLINICIAN
from fhir.intake.reading import read_items
from fhir.intake.record import Identifier, Patient, Record
from intake.pdf.case import Case
from intake.pdf.fonts import LATIN_1
from intake.pdf.phrases import Phrase, Said
from intake.pdf.text import direction
from intake.pdf.wording import NOT_ANSWERED, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.items import Form, Item
    from intake.content import Content
    from referral import Assessment

Json: TypeAlias = dict[str, Any]


class ScreenWording(Wording):
    """The words for answers on a page: a browser breaks lines and finds fonts by itself."""

    def __init__(self, form: Form) -> None:
        """Take the form; nothing that was typed has to be made printable."""
        super().__init__(form, {}, LATIN_1)

    def said(self, text: str) -> Said:
        """Return what a person typed as it was typed, with its writing direction."""
        return Said(text, direction(text))


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question with its answers, of which there are none when it was left blank."""

    label: str
    values: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """A page of the form with the questions that were asked, in the form's order."""

    heading: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """A response as a case; ``whole`` tells whether today's form understands all of it."""

    case: Case
    whole: bool


def read_response(response: Json, assessment: Assessment, content: Content) -> ReadResponse:
    """Return what presenters read of a stored response and its assessment."""
    record = _record(response)
    raw, unread = read_items(response, content.form)
    answers, unfit = check_answers(raw, content.form, on=record.day)
    enablement = Enablement(content.form, answers, record.day)
    case = Case(
        form=content.form,
        answers=answers,
        record=record,
        assessment=assessment,
        pack=content.pack,
        words=ScreenWording(content.form),
        shown=frozenset(item.link_id for item in enablement.questions()),
    )
    return ReadResponse(case, whole=not unread and not unfit)


def _record(response: Json) -> Record:
    subject = response["subject"]
    return Record(
        identifier=Identifier(**response["identifier"]),
        patient=Patient(
            identifier=Identifier(**subject["identifier"]), name=subject.get("display")
        ),
        authored=response["authored"],
        status=response["status"],
        language=response.get("language"),
    )


def answer_sections(read: ReadResponse, response: Json) -> tuple[AnswerSection, ...]:
    """Return all that was asked, by section; of an older form all that was answered."""
    found = _asked(read.case) if read.whole else _stored(response)
    return tuple(section for section in found if section.lines)


def _asked(case: Case) -> Iterator[AnswerSection]:
    for page in case.form.pages:
        asked = [item for item in page.walk() if _is_asked(case, item)]
        if page.audience == CLINICIAN and not any(case.answered(i.link_id) for i in asked):
            continue
        yield AnswerSection(page.text, tuple(_line(case, item) for item in asked))


def _is_asked(case: Case, item: Item) -> bool:
    return item.link_id in case.shown and case.form.row_group(item) is None


def _line(case: Case, item: Item) -> AnswerLine:
    answer = case.answers.get(item.link_id)
    if is_blank(answer):
        return AnswerLine(item.short, ())
    given = answer if isinstance(answer, list) else [answer]
    # Of a question that takes several answers, a list of one is put into words like any.
    return AnswerLine(item.short, tuple(_words(case, item, element) for element in given))


def _words(case: Case, item: Item, element: object) -> Phrase:
    return case.words.value(item.link_id, [element] if item.repeats else element)


def _stored(response: Json) -> Iterator[AnswerSection]:
    for page in response.get("item", ()):
        lines = tuple(_stored_lines(page))
        yield AnswerSection(str(page.get("text") or page.get("linkId")), lines)


def _stored_lines(item: Mapping[str, Any]) -> Iterator[AnswerLine]:
    if "answer" in item:
        label = str(item.get("text") or item.get("linkId"))
        yield AnswerLine(label, tuple(_stored_value(answer) for answer in item["answer"]))
    for child in item.get("item", ()):
        yield from _stored_lines(child)


def _stored_value(answer: Mapping[str, Any]) -> Phrase:
    value = next((value for key, value in answer.items() if key.startswith("value")), None)
    if isinstance(value, bool):
        return ("Yes" if value else "No",)
    if isinstance(value, dict) and "value" in value:
        return (f"{value['value']} {value.get('unit', '')}".strip(),)
    if isinstance(value, dict):
        value = value.get("display") or value.get("code")
    text = str(value) if value is not None else NOT_ANSWERED
    return (Said(text, direction(text)),)
