"""``intake validate``: what it takes, what it says, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake.content import standard_content
from tests.cases import VIGNETTES
from tests.command_line import one_line, run, write
from tests.random_forms import OPTIONS, answered, coding, item
from tests.test_response import build, kept

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
URL = "https://forms.example/Questionnaire/q"
ITEMS = [
    item("n", "integer", required=True),
    item("c", "choice", answerValueSet="https://forms.example/vs"),
]
FORM = {
    "resourceType": "Questionnaire",
    "url": URL,
    "status": "active",
    "item": ITEMS,
}
LISTS = {
    "resourceType": "ValueSet",
    "url": "https://forms.example/vs",
    "expansion": {"contains": [option["valueCoding"] for option in OPTIONS]},
}


def response(*items: Json, **more: Any) -> Json:
    found = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed"}
    return {**found, **({"item": [*items]} if items else {}), **more}


GOOD = response(answered("n", {"valueInteger": 3}), answered("c", coding("c1")))
BAD = response(answered("n", {"valueInteger": "3"}), answered("c", coding("c9")))


def test_our_form_is_the_default(tmp_path: Path) -> None:
    built = build(kept(VIGNETTES["V01"]["answers"]))
    path = write(tmp_path, "r.json", built)
    done = run("validate", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}: valid\n", "")
    del built["item"]
    done = run("validate", write(tmp_path, "r.json", built))
    assert done.returncode == 1
    assert f'{path}: error QuestionnaireResponse (cramps): "' in done.stdout
    assert done.stdout.splitlines()[0].endswith("is required. [required-missing]")


def test_other_forms(tmp_path: Path) -> None:
    form, lists = write(tmp_path, "q.json", FORM), write(tmp_path, "vs.json", LISTS)
    path = write(tmp_path, "r.json", GOOD)
    done = run("validate", path, "--questionnaire", form, "--questionnaire", lists)
    assert (done.returncode, done.stdout) == (0, f"{path}: valid\n")
    write(tmp_path, "r.json", BAD)
    done = run("validate", path, "--questionnaire", form, "--questionnaire", lists)
    assert done.returncode == 1
    head = f"{path}: error QuestionnaireResponse.item"
    number, code = done.stdout.splitlines()
    assert number.startswith(f'{head}[0].answer[0].value (n): "Text of n": ')
    assert number.endswith("'3' is no number. [bad-format]")
    assert code.startswith(f'{head}[1].answer[0].value (c): "Text of c": ')
    assert code.endswith("'c9' is none of the answers to choose from. [not-an-option]")


def test_bundles_and_files_with_what_supports(tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": FORM}, {"resource": LISTS}]}
    given = write(tmp_path, "b.json", bundle)
    done = run("validate", write(tmp_path, "r.json", BAD), "--questionnaire", given)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    case = write(tmp_path, "case.json", {"response": BAD, "supporting": [FORM, LISTS]})
    done = run("validate", case)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    done = run("validate", write(tmp_path, "r.json", BAD), "--questionnaire", case)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)


def test_a_form_that_is_not_at_hand_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, "r.json", BAD | {"item": GOOD["item"]})
    done = run("validate", path)
    assert done.returncode == 0
    warning, valid = done.stdout.splitlines()
    assert warning.startswith(f"{path}: warning QuestionnaireResponse.questionnaire: The Questionn")
    assert valid == f"{path}: valid"


def test_contained_form(tmp_path: Path) -> None:
    contained = [{**FORM, "id": "q"}, {**LISTS, "id": "vs"}]
    path = write(tmp_path, "r.json", {**BAD, "questionnaire": "#q", "contained": contained})
    done = run("validate", path)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)


def test_outcome(tmp_path: Path) -> None:
    case = write(tmp_path, "case.json", {"response": BAD, "supporting": [FORM, LISTS]})
    done = run("validate", "--format", "json", case)
    outcome = json.loads(done.stdout)
    assert (done.returncode, outcome["resourceType"]) == (1, "OperationOutcome")
    codes = [issue["details"]["coding"][0]["code"] for issue in outcome["issue"]]
    assert codes == ["bad-format", "not-an-option"]
    flat = write(tmp_path, "a.json", {"cramps": "x"})
    done = run("validate", "--format", "json", flat)
    (issue,) = json.loads(done.stdout)["issue"]
    assert (done.returncode, issue["expression"]) == (1, ["cramps"])


def test_answers_to_our_form(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", {**VIGNETTES["V01"]["answers"], "cramps": None})
    done = run("validate", path)
    line = f"{path}: warning cramps: is required and not answered [required-missing]"
    assert (done.returncode, done.stdout.splitlines()) == (0, [line, f"{path}: valid"])


def test_text_of_a_stranger_stays_in_its_line(tmp_path: Path) -> None:
    odd = {"linkId": "a\n\u001b[31mb", "answer": [{"valueString": "x"}]}
    form = write(tmp_path, "q.json", FORM)
    done = run("validate", write(tmp_path, "r.json", response(odd)), "--questionnaire", form)
    lines = done.stdout.splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == [
        *("[bad-format]", "[unknown-link-id]", "[required-missing]"),
    ]
    assert "\u001b" not in done.stdout


def deep(levels: int) -> str:
    return '{"item":[' * levels + "]}" * levels


CYCLE = [
    item(one, "boolean", enableWhen=[{"question": other, "operator": "=", "answerBoolean": True}])
    for one, other in (("a", "b"), ("b", "a"))
]


@pytest.mark.parametrize(
    ("response_text", "form_text", "message"),
    [
        ("{", None, "is not JSON"),
        ("[]", None, "holds no JSON object"),
        (deep(10_000), None, "is nested deeper"),
        (f'{{"a": "{"x" * 5_000_000}"}}', None, "is larger than"),
        ('{"status": "completed", "status": "amended"}', None, "twice"),
        ('{"a": NaN}', None, "NaN"),
        (json.dumps(GOOD), deep(10_000), "is nested deeper"),
        (json.dumps(GOOD), "{}", "holds no Questionnaire"),
        (json.dumps(GOOD), json.dumps({**FORM, "item": CYCLE}), "depend on each other"),
        (json.dumps(GOOD), json.dumps({**FORM, "item": [*ITEMS, *ITEMS]}), "linkId twice"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_can_not_be_read(
    tmp_path: Path, response_text: str, form_text: str | None, message: str
) -> None:
    options = ["--questionnaire", str(write(tmp_path, "q.json", form_text))] if form_text else []
    done = run("validate", write(tmp_path, "r.json", response_text), *options)
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, message)


def test_a_catastrophic_pattern_is_harmless(tmp_path: Path) -> None:
    regex = {"url": "http://hl7.org/fhir/StructureDefinition/regex", "valueString": "(a+)+$"}
    form = {**FORM, "item": [item("q", "text", extension=[regex])]}
    given = response(answered("q", {"valueString": "a" * 5_000 + "b"}))
    case = write(tmp_path, "case.json", {"response": given, "supporting": [form]})
    done = run("validate", case)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    assert done.stdout.strip().endswith("[pattern]")


def test_missing_files_and_own_form_by_address(tmp_path: Path) -> None:
    done = run("validate", tmp_path / "nowhere.json")
    assert done.returncode == 2
    one_line(done.stderr, "No such file")
    form = write(tmp_path, "q.json", standard_content().questionnaire)
    path = write(tmp_path, "r.json", build(kept(VIGNETTES["V01"]["answers"])))
    assert run("validate", path, "--questionnaire", form).stdout == f"{path}: valid\n"
