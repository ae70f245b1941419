"""A form without rules from its answers to its files: stored, drawn, exported, not assessed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from fhir.intake.conformance import validate
from fhir.intake.strict_json import dump_json
from intake.catalogue import content_by_slug
from intake.documents import make_documents
from intake.journey import Draft
from intake.person import Person
from intake.processing import ASSESSMENT, BUNDLE, PDF, RESPONSE, Layout, process
from intake.storage import audit, outbox, submissions, visits
from intake.submission import Frame, parse_submission
from intake.submitting import Stamp, submit
from intake.worker import work
from tests.any_forms import item, options
from tests.databases import NOW
from tests.questionnaires import SCORE, add, resource
from tests.web import state_of

if TYPE_CHECKING:
    from flask import Flask

    from intake.content import Content
    from intake.pdf.renderer import Renderer
    from intake.storage.tables import Submission

WHO = Person(name="Mark Example", birth_date="1980-03-27")
ANSWERS = {"pain": 7, "where": "the <b>knee</b> & hip"}


def content_of(app: Flask, form: dict[str, Any]) -> Content:
    with state_of(app).storage.write() as session:
        row, _ = add(session, form)
        content = content_by_slug(session, row.slug)
    assert content is not None
    return content


def send(app: Flask, content: Content, answers: dict[str, Any]) -> Submission:
    state = state_of(app)
    with state.storage.write() as session:
        visit = visits.start_visit(
            session,
            new_id=uuid4(),
            token_hash=uuid4().hex,
            questionnaire=content.form.canonical,
            now=NOW,
        )
        draft = Draft(answers=answers, person=WHO)
        stamp = Stamp(now=NOW, submission_id=uuid4(), job_id=uuid4(), key="k")
        return submit(session, visit, draft, content=content, record_system=None, stamp=stamp)


def bundle_of(app: Flask, content: Content, answers: dict[str, Any], renderer: Renderer) -> Any:
    sent = send(app, content, answers)
    made = make_documents(sent, content, renderer, Layout())
    assert made.error is None
    return json.loads(made.files[BUNDLE]) if BUNDLE in made.files else None


def kinds(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["resourceType"] for entry in bundle["entry"]]


def resource_in(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = (e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)
    return dict(found)


def test_nothing_is_concluded(app: Flask) -> None:
    sent = send(app, content_of(app, resource()), ANSWERS)
    assert (sent.assessment, sent.tier, sent.pack_name, sent.pack_version) == (None,) * 4
    assert sent.questionnaire == f"{SCORE}|1"
    assert json.loads(sent.response)["questionnaire"] == f"{SCORE}|1"
    with state_of(app).storage.read() as session:
        (event,) = audit.events(session, ("submission", sent.id))
        assert json.loads(event.detail or "") == {"visit": sent.visit_id}


def test_the_worker_makes_pdf_and_bundle(app: Flask, renderer: Renderer) -> None:
    sent = send(app, content_of(app, resource()), ANSWERS)
    content_of(app, resource("2"))  # served from now on, but not what was answered
    assert work(app, renderer) == 1
    with state_of(app).storage.read() as session:
        job = outbox.job_of(session, sent.id)
        files = {
            name: submissions.find_document(session, sent.id, name)
            for name in (PDF, BUNDLE, ASSESSMENT)
        }
    assert job is not None
    assert (job.status, job.error) == ("done", None)
    assert files[ASSESSMENT] is None
    assert files[PDF] is not None
    assert files[PDF].content.startswith(b"%PDF")
    assert files[BUNDLE] is not None
    form = resource_in(json.loads(files[BUNDLE].content), "Questionnaire")
    assert form["version"] == "1"


def test_the_bundle_holds_the_answers_and_no_conclusion(app: Flask, renderer: Renderer) -> None:
    content = content_of(app, resource())
    bundle = bundle_of(app, content, ANSWERS, renderer)
    assert kinds(bundle) == [
        "Questionnaire",
        "Patient",
        "QuestionnaireResponse",
        "DocumentReference",
        "Provenance",
    ]
    assert validate(bundle) == []
    assert resource_in(bundle, "Questionnaire") == content.questionnaire
    patient = resource_in(bundle, "Patient")
    assert (patient["name"], patient["birthDate"]) == ([{"text": "Mark Example"}], "1980-03-27")
    document, origin = (resource_in(bundle, k) for k in ("DocumentReference", "Provenance"))
    assert "suggestions" not in json.dumps(document)
    assert [row["role"] for row in origin["entity"]] == ["source"]
    assert "Rule pack" not in json.dumps(origin)
    assert bundle["entry"][0]["request"]["ifNoneExist"] == f"url={SCORE}&version=1"


def test_without_a_pdf_nothing_is_derived(app: Flask) -> None:
    class Broken:
        def render(self, *_: object, **__: object) -> bytes:
            from intake.pdf import PdfUnavailable

            raise PdfUnavailable

    content = content_of(app, resource())
    sent = send(app, content, ANSWERS)
    made = make_documents(sent, content, Broken(), Layout())  # type: ignore[arg-type]
    bundle = json.loads(made.files[BUNDLE])
    assert kinds(bundle) == ["Questionnaire", "Patient", "QuestionnaireResponse"]
    assert made.error is not None
    assert made.error.startswith("No PDF")


CONSENTS = [
    ("choice", options("all", "visit_only"), "all", True),
    ("choice", options("all", "visit_only"), "visit_only", False),
    ("choice", options("all", "visit_only"), None, False),
    ("choice", options("yes", "no"), "yes", False),
    ("string", None, "no way", True),
]


@pytest.mark.parametrize(("kind", "listed", "answer", "leaves"), CONSENTS)
def test_consent_is_needed_where_the_form_asks_for_it(  # noqa: PLR0913, PLR0917  # the case
    app: Flask, renderer: Renderer, kind: str, listed: Any, answer: str | None, leaves: bool
) -> None:
    more = {"answerOption": listed} if listed else {}
    form = resource(item=[item("consent", kind, **more), item("where")])
    answers = {"where": "knee", **({"consent": answer} if answer else {})}
    bundle = bundle_of(app, content_of(app, form), answers, renderer)
    assert (bundle is not None) is leaves


NESTED = [
    item(
        "meds",
        "group",
        item("drug", "string", item("since", "date")),
        item("dose", "quantity"),
        repeats=True,
    ),
    item("signs", "choice", item("note", "text"), answerOption=options("ache"), repeats=True),
    item("other", "open-choice", answerOption=options("a")),
    item("file", "attachment"),
]
NESTED_ANSWERS: dict[str, Any] = {
    "meds": [
        {"drug": "x", "since": "2020", "dose": {"value": 2.5, "unit": "mg"}},
        {"drug": "y"},
    ],
    "signs": [{"signs": "ache", "note": "at night"}],
    "other": "elsewhere",
}


def test_nested_answers_come_back_as_they_were(app: Flask, renderer: Renderer) -> None:
    content = content_of(app, resource(item=NESTED))
    sent = send(app, content, NESTED_ANSWERS)
    frame = Frame(now=sent.created_at)
    raw = sent.response.encode()
    read = parse_submission(raw, name="", stem="", form=content.form, frame=frame)
    assert read.answers == NESTED_ANSWERS
    assert (read.dropped, read.missing) == ((), ())
    result = process(read, content, renderer, Layout(variant="pdf/a-3a"))
    assert set(result.files) == {PDF, RESPONSE, BUNDLE}
    assert (result.notes, result.failed) == ((), False)
    assert result.files[RESPONSE] == raw


def test_the_form_of_others_is_sent_as_it_is(app: Flask, renderer: Renderer) -> None:
    narrative = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
    form = resource(id="own", text=narrative, contained=[{"resourceType": "ValueSet", "id": "v"}])
    bundle = bundle_of(app, content_of(app, form), ANSWERS, renderer)
    sent = resource_in(bundle, "Questionnaire")
    assert sent == {key: value for key, value in form.items() if key != "id"}


def test_an_amended_response_is_one_more_document(app: Flask, renderer: Renderer) -> None:
    content = content_of(app, resource())
    sent = send(app, content, ANSWERS)
    first = json.loads(make_documents(sent, content, renderer, Layout()).files[BUNDLE])
    changed = json.loads(sent.response) | {"status": "amended", "authored": "2026-12-01T10:00:00Z"}
    frame = Frame(now=NOW)
    data = dump_json(changed)
    read = parse_submission(data, name="", stem="", form=content.form, frame=frame)
    read = replace(read, birth_date="1980-03-27")
    result = process(read, content, renderer, Layout(), previous=first)
    bundle = json.loads(result.files[BUNDLE])
    assert kinds(bundle) == kinds(first)
    document = resource_in(bundle, "DocumentReference")
    before = resource_in(first, "DocumentReference")["identifier"][0]
    assert document["relatesTo"][0]["target"]["identifier"] == before
