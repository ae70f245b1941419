"""One submission as the clinician sees it, all of it from what is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.strict_json import strict_loads
from intake.content import RuledContent
from intake.pdf.dates import day_words
from intake.pdf.face_banner import age, header
from intake.pdf.phrases import clip, plain
from intake.pdf.wording import NOT_ANSWERED
from intake.processing import CONSENT, export_refusal
from intake.stored_assessment import read_assessment
from intake.submission import Submission as Answered
from intake.web.answer_words import (
    ScreenWording,
    answer_sections,
    outlined_sections,
    read_answers,
    read_response,
)
from intake.web.findings import find
from referral.builtin import BIRTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.content import Content
    from intake.pdf.case import Case
    from intake.pdf.phrases import Phrase
    from intake.pdf.wording import Wording
    from intake.storage.tables import Submission
    from intake.web.answer_words import AnswerSection
    from intake.web.findings import Findings

Json: TypeAlias = dict[str, Any]
NO_NAME: Final = "Name not given"
NO_CONSENT: Final = "No Bundle for the record, because of the patient's consent."
_NOT_GIVEN: Final = "not given"
_SEX: Final = "sex_at_birth"
_PREGNANCY: Final = "pregnancy_status"
_WORDS: Final = "your_words"
_LONGEST_WORDS: Final = 300
"""Characters shown beside the urgency; all of them stand with the answers."""
_TYPED: Final = (
    ("Record number", "record_number", "typed by the patient, not checked"),
    ("Phone", "phone", ""),
    ("E-mail", "email", ""),
)


@dataclass(frozen=True, slots=True)
class Detail:
    """Something known of the person or the form; ``note`` says how far to trust it."""

    label: str
    words: Phrase
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Who it is about, what was found, and every answer.

    ``form`` is the title of a form without rules, of which nothing is found: "" for our own.
    ``words`` is the beginning of what the patient wrote freely, empty when that is nothing.
    ``whole`` is False when today's form does not understand all of the stored response;
    ``refusal`` says why no Bundle may leave, "" when one may.
    """

    name: Phrase
    birth: str
    details: tuple[Detail, ...]
    words: Phrase
    findings: Findings | None
    sections: tuple[AnswerSection, ...]
    whole: bool
    refusal: str
    form: str = ""


def read_chart(submission: Submission, content: Content) -> Chart:
    """Read a stored submission with its form, and the pack in use if it was assessed."""
    response = strict_loads(submission.response.encode())
    person = json.loads(submission.patient)
    if submission.assessment is None or not isinstance(content, RuledContent):
        return _plain_chart(response, person, content)
    assessment = read_assessment(strict_loads(submission.assessment.encode()), content.pack.tables)
    read = read_response(response, assessment, content)
    name = person.get("name")
    return Chart(
        name=(read.case.words.said(name),) if name else (NO_NAME,),
        birth=_birth(read.case, person),
        details=tuple(_details(read.case, person)),
        words=_own_words(read.case),
        findings=find(read.case),
        sections=answer_sections(read, response),
        whole=read.whole,
        refusal=_refusal(read.case),
    )


def _plain_chart(response: Json, person: Json, content: Content) -> Chart:
    """Read a submission of a form without rules: who it is about, and the answers."""
    read = read_answers(response, content.form)
    words = ScreenWording(content.form)
    name, born = person.get("name"), person.get("birth_date")
    answered = Answered(answers=read.answers, record=read.record, dropped=(), missing=())
    return Chart(
        name=(words.said(name),) if name else (NO_NAME,),
        birth=day_words(str(born)) if born else NOT_ANSWERED,
        details=tuple(_typed(words, person)),
        words=(),
        findings=None,
        sections=outlined_sections(read, response),
        whole=read.whole,
        refusal=NO_CONSENT if export_refusal(answered, content.form) else "",
        form=plain(clip((content.form.title or content.form.url,), _LONGEST_WORDS)),
    )


def _birth(case: Case, person: Json) -> str:
    born = person.get("birth_date") or case.answers.get(BIRTH)
    if not born:
        return NOT_ANSWERED
    years = age(case)
    return day_words(str(born)) + ("" if years is None else f" ({years} years)")


def _details(case: Case, person: Json) -> Iterator[Detail]:
    yield Detail("Sex at birth", case.words.value(_SEX, case.answers.get(_SEX)))
    if _PREGNANCY in case.shown:
        yield Detail("Pregnancy", case.words.value(_PREGNANCY, case.answers.get(_PREGNANCY)))
    yield from _typed(case.words, person)
    _, by, consent = header(case).made
    yield Detail("Filled in", (by,))
    yield Detail("Consent", (consent.removeprefix("Consent: "),))


def _typed(words: Wording, person: Json) -> Iterator[Detail]:
    for label, key, note in _TYPED:
        text = person.get(key)
        yield Detail(label, (words.said(text),) if text else (_NOT_GIVEN,), note if text else "")


def _own_words(case: Case) -> Phrase:
    answer = case.answers.get(_WORDS)
    return clip(case.words.value(_WORDS, answer), _LONGEST_WORDS) if answer else ()


def _refusal(case: Case) -> str:
    answered = Answered(answers=dict(case.answers), record=case.record, dropped=(), missing=())
    if export_refusal(answered, case.form) is None:
        return ""
    consent = plain(case.words.value(CONSENT, case.answers.get(CONSENT)))
    return f"No Bundle for the record, because of the patient's consent: {consent}."
