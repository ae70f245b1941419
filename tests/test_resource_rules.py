"""Seeded faults: each one of them is found, by the models or by our own rules."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.intake.conformance import validate
from fhir.intake.json_walk import MAX_DEPTH, root, walk
from fhir.intake.resource_rules import check
from tests.cases import VIGNETTES
from tests.export_case import export, one, resources, without_form

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


@pytest.fixture(scope="module")
def sound() -> Json:
    return without_form(export(VIGNETTES["V11"]["answers"]))


def entry(bundle: Json, kind: str) -> Json:
    found: Json = next(e for e in bundle["entry"] if e["resource"]["resourceType"] == kind)
    return found


def first(bundle: Json, kind: str) -> Json:
    return resources(bundle, kind)[0]


def set_in(kind: str, path: str, value: object) -> Callable[[Json], None]:
    """Make a fault: put a value at a path below the first entry's resource of a type."""

    def seed(bundle: Json) -> None:
        part: Any = first(bundle, kind) if kind != "Bundle" else bundle
        *outer, last = [int(name) if name.isdigit() else name for name in path.split(".")]
        for name in outer:
            part = part[name]
        if value is ...:
            del part[last]
        else:
            part[last] = copy.deepcopy(value)

    return seed


def ask(kind: str, **values: object) -> Callable[[Json], None]:
    """Make a fault in the request or the address of the first entry of a type."""

    def seed(bundle: Json) -> None:
        for name, value in values.items():
            target = entry(bundle, kind)
            target = target if name in target else target["request"]
            if value is ...:
                target.pop(name)
            else:
                target[name] = value

    return seed


def twin(bundle: Json) -> None:
    bundle["entry"].append(bundle["entry"][0])


def reason_is_the_response(bundle: Json) -> None:
    request = next(r for r in resources(bundle, "ServiceRequest") if "reasonReference" in r)
    request["reasonReference"] = request["supportingInfo"]


def of_another_form(bundle: Json) -> None:
    form = {"resourceType": "Questionnaire", "url": "https://x.example/q", "status": "draft"}
    request = {"method": "POST", "url": "Questionnaire", "ifNoneExist": f"url={form['url']}"}
    url = "urn:uuid:00000000-0000-5000-8000-000000000000"
    bundle["entry"].append({"fullUrl": url, "resource": form, "request": request})


ITEM = "item.0.item.0"
BOTH = {"url": "http://x.example", "valueCode": "F", "extension": [{"url": "a", "valueCode": "b"}]}
SYSTEM = {"system": "http://x.example", "code": "a"}
NOWHERE = {"reference": "urn:uuid:00000000-0000-5000-8000-000000000001"}
CONTENT = "content.0.attachment"
SEEDS: list[tuple[str, Callable[[Json], None], str]] = [
    ("response status", set_in("QuestionnaireResponse", "status", "done"), "none of"),
    ("request intent", set_in("ServiceRequest", "intent", "suggestion"), "none of"),
    ("request status", set_in("ServiceRequest", "status", "proposed"), "none of"),
    ("request priority", set_in("ServiceRequest", "priority", "high"), "none of"),
    ("stat", set_in("ServiceRequest", "priority", "stat"), "never stat"),
    ("task intent", set_in("Task", "intent", "directive"), "none of"),
    ("document status", set_in("DocumentReference", "docStatus", "draft"), "none of"),
    ("provenance role", set_in("Provenance", "entity.0.role", "origin"), "none of"),
    ("verb", ask("Patient", method="UPSERT"), "none of"),
    ("answer and item", set_in("QuestionnaireResponse", f"{ITEM}.item", [{"linkId": "x"}]), "qrs"),
    ("empty list", set_in("QuestionnaireResponse", f"{ITEM}.answer", []), "is empty"),
    ("empty answer", set_in("QuestionnaireResponse", f"{ITEM}.answer.0", {}), "is empty"),
    (
        "answer without value",
        set_in("QuestionnaireResponse", f"{ITEM}.answer.0", {"id": "a"}),
        "one",
    ),
    ("empty text", set_in("Patient", "name.0.text", ""), "empty"),
    ("invisible text", set_in("Patient", "name.0.text", "\u200b "), "nothing that can be read"),
    ("null", set_in("Patient", "name.0.text", None), "null"),
    ("control character", set_in("Patient", "name.0.text", "a\x07"), "control character"),
    ("outer space", set_in("ServiceRequest", "code.coding.0.code", "lab_ck "), "space"),
    ("coding without system", set_in("ServiceRequest", "code.coding.0", {"code": "a"}), "system"),
    ("code twice", set_in("ServiceRequest", "code.coding", [SYSTEM, SYSTEM]), "twice"),
    ("system", set_in("ServiceRequest", "code.coding.0.system", "LOINC"), "URI"),
    ("extension with both", set_in("Patient", "extension.0", BOTH), "ext-1"),
    (
        "extension with neither",
        set_in("Patient", "extension.0", {"url": "http://x.example"}),
        "ext-1",
    ),
    ("fullUrl twice", twin, "bdl-7"),
    ("fullUrl", ask("Patient", fullUrl="Patient/1"), "urn:uuid"),
    ("version in fullUrl", ask("Patient", fullUrl="http://x.example/_history/1"), "bdl-8"),
    ("no request", ask("Patient", request=...), "bdl-3"),
    ("total", set_in("Bundle", "total", 1), "bdl-1"),
    ("batch response", set_in("Bundle", "type", "batch-response"), "bdl-4"),
    ("no such type", set_in("Bundle", "type", "transactions"), "none of"),
    ("not conditional", ask("Task", ifNoneExist=...), "find the resource again"),
    ("other condition", ask("Task", ifNoneExist="identifier=a|b"), "find the resource again"),
    ("other type", ask("Task", url="RequestGroup"), "creates a Task"),
    ("other id", ask("Provenance", url="Provenance/1"), "not the place"),
    ("dangling", set_in("Task", "focus", NOWHERE), "does not hold"),
    ("reference type", reason_is_the_response, "can not refer to"),
    ("declared type", set_in("RequestGroup", "author.type", "Patient"), "can not refer to"),
    ("other form", of_another_form, "another Questionnaire"),
    ("text for a number", set_in("Observation", "valueQuantity.value", "72.5"), "JSON str"),
    ("number for a text", set_in("Observation", "valueQuantity.unit", 1), "JSON int"),
    ("not a number", set_in("Observation", "valueQuantity.value", float("nan")), "JSON float"),
    ("code without system", set_in("Observation", "valueQuantity.system", ...), "qty-3"),
    ("two values", set_in("Observation", "valueInteger", 1), "several values"),
    ("value and no value", set_in("Observation", "dataAbsentReason", {"text": "x"}), "obs-6"),
    ("required element", set_in("Observation", "code", ...), "required"),
    ("unknown element", set_in("Observation", "colour", "red"), "xtra"),
    ("time without zone", set_in("QuestionnaireResponse", "authored", "2026-11-22T09:14:00"), ""),
    ("30 February", set_in("Patient", "birthDate", "2026-02-30"), ""),
    ("size", set_in("DocumentReference", f"{CONTENT}.size", 1), "size"),
    ("hash", set_in("DocumentReference", f"{CONTENT}.hash", "AAAA"), "SHA-1"),
    ("base64", set_in("DocumentReference", f"{CONTENT}.data", "@@"), "base64"),
    ("content type", set_in("DocumentReference", f"{CONTENT}.contentType", ...), "att-1"),
    ("no content", set_in("DocumentReference", "content", ...), "content"),
    ("period", set_in("DocumentReference", "context.period.start", "2027"), "per-1"),
    ("action", set_in("RequestGroup", "action.0.resource", ...), "rqg-1"),
    ("detail without code", set_in("ServiceRequest", "orderDetail", [{"text": "x"}]), "prr-1"),
    ("modified before", set_in("Task", "lastModified", "2026-11-01"), "inv-1"),
    ("narrative", set_in("Patient", "text", {"status": "empty", "div": "<div/>"}), "narrative"),
]


@pytest.mark.parametrize(("seed", "found"), [row[1:] for row in SEEDS], ids=[r[0] for r in SEEDS])
def test_seeded_fault_is_found(sound: Json, seed: Callable[[Json], None], found: str) -> None:
    bundle = copy.deepcopy(sound)
    if found == "prr-1":
        del first(bundle, "ServiceRequest")["code"]
    seed(bundle)
    messages = [str(problem) for problem in validate(bundle)]
    assert any(found in message for message in messages), messages


def test_without_a_fault_there_is_no_problem(sound: Json) -> None:
    assert validate(sound) == []


def test_the_place_of_a_problem(sound: Json) -> None:
    bundle = copy.deepcopy(sound)
    one(bundle, "Task")["status"] = "new"
    index = next(
        i for i, e in enumerate(bundle["entry"]) if e["resource"]["resourceType"] == "Task"
    )
    (problem,) = check(bundle)
    assert problem.place == f"Bundle.entry[{index}].resource.status"


def test_a_patient_may_name_what_is_in_no_list() -> None:
    answer = {"valueCoding": {"display": "something"}}
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "https://x.example/q",
        "status": "completed",
        "item": [{"linkId": "m", "answer": [answer]}],
    }
    assert check(response) == []
    answer["valueCoding"] = {"system": "https://x.example"}
    assert check(response) != []


@pytest.mark.parametrize("depth", [MAX_DEPTH, 5000, 100_000])
def test_depth_is_bounded(depth: int) -> None:
    nested: Json = {"linkId": "x", "type": "group"}
    for _ in range(depth):
        nested = {"linkId": "x", "type": "group", "item": [nested]}
    form = {"resourceType": "Questionnaire", "status": "draft", "item": [nested]}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": form}]}
    (problem,) = validate(bundle)
    assert "nested deeper" in problem.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(data=st.data(), junk=JSON | st.sampled_from([{"resourceType": "Bundle"}, [None], "urn:x"]))
def test_any_json_is_safe_to_check(sound: Json, data: st.DataObject, junk: object) -> None:
    bundle = copy.deepcopy(sound)
    nodes = [node for node in walk(root(bundle)) if isinstance(node.value, dict)]
    node = data.draw(st.sampled_from(nodes))
    node.value[data.draw(st.sampled_from([*node.value]))] = junk
    validate(bundle)


@pytest.mark.parametrize("value", [None, [], {}, "x", {"resourceType": 5}])
def test_what_is_no_resource_is_said_to_be_none(value: object) -> None:
    (problem,) = check(value)
    assert "is no resource" in problem.message
