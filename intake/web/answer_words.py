"""A stored response, read again for people: every answer in words, every character of it kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.intake.answers import Answers, check_answers, is_blank
from fhir.intake.enablement import Enablement
from fhir.intake.items import CLINICIAN
from fhir.intake.reading import read_items
from fhir.intake.record import Identifier, Patient, Record
from intake.pdf.answer_tree import NOT_ASKED
from intake.pdf.case import Case
from intake.pdf.fonts import LATIN_1
from intake.pdf.phrases import Phrase, Said
from intake.pdf.text import direction
from intake.pdf.wording import NOT_ANSWERED, Wording
from intake.web.authored import authored
from intake.web.outline import Line, outline
from intake.web.titles import full_text, heading, language_of, page_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.items import Form, Item
    from intake.content import RuledContent
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
    """A question with its answers, of which there are none when it was left blank.

    Its label may be markup, as may the heading of a section; ``blank`` stands in place of answers.
    """

    label: str
    values: tuple[Phrase, ...]
    blank: str = NOT_ANSWERED


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """A page of the form with the questions that were asked, in the form's order."""

    heading: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class ReadAnswers:
    """The answers of a response; ``whole`` tells whether the form understands all of it."""

    form: Form
    answers: Answers
    record: Record
    whole: bool


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """A response as a case; ``whole`` tells whether today's form understands all of it."""

    case: Case
    whole: bool


def read_answers(response: Json, form: Form) -> ReadAnswers:
    """Return the answers of a stored response."""
    record = _record(response)
    raw, unread = read_items(response, form)
    answers, unfit = check_answers(raw, form, on=record.day)
    return ReadAnswers(form, answers, record, whole=not unread and not unfit)


def read_response(response: Json, assessment: Assessment, content: RuledContent) -> ReadResponse:
    """Return what presenters read of a stored response and its assessment."""
    read = read_answers(response, content.form)
    enablement = Enablement(content.form, read.answers, read.record.day)
    case = Case(
        form=content.form,
        answers=read.answers,
        record=read.record,
        assessment=assessment,
        pack=content.pack,
        words=ScreenWording(content.form),
        shown=frozenset(item.link_id for item in enablement.questions()),
    )
    return ReadResponse(case, whole=read.whole)


def _record(response: Json) -> Record:
    subject = response.get("subject") or response["source"]
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


def outlined_sections(read: ReadAnswers, response: Json) -> tuple[AnswerSection, ...]:
    """Return all that was asked by a form without rules, by page, group and row.

    What the form does not understand is shown as it was stored.
    """
    if not read.whole:
        return tuple(_stored(response))
    words = ScreenWording(read.form)
    enablement = Enablement(read.form, read.answers, read.record.day)
    return tuple(
        AnswerSection(
            heading(read.form, block.path, page_title(read.form, page).brief),
            tuple(_outlined(line, words) for line in block.lines),
        )
        for page in read.form.pages
        for block in outline(read.form, page, enablement, read.answers, every=True)
    )


def _outlined(line: Line, words: ScreenWording) -> AnswerLine:
    text = full_text(line.item, short=True)
    lang = language_of(words.form, line.item) if text else ""
    label = authored(text or line.item.link_id, lang)
    if not line.values and not line.is_asked:
        return AnswerLine(label, (), blank=NOT_ASKED)
    return AnswerLine(label, tuple(words.one(line.item, value) for value in line.values))


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
        for answer in item["answer"]:
            for child in answer.get("item", ()):
                yield from _stored_lines(child)
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
