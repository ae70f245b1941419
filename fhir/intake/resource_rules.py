"""Our own check of resources and Bundles, for what the models of fhir.resources let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.bundle_rules import bundle_problems
from fhir.intake.datatype_rules import datatype_faults
from fhir.intake.element_rules import element_faults
from fhir.intake.json_walk import MAX_DEPTH, is_too_deep, objects, root, walk
from fhir.intake.problems import Problem
from fhir.intake.questionnaire_rules import questionnaire_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fhir.intake.json_walk import Node

Json: TypeAlias = dict[str, Any]


def check(resource_or_bundle: Any) -> list[Problem]:  # any JSON value
    """Return every fault that our rules find in a resource or Bundle, in document order.

    They cover the types that the product writes: closed code lists, invariants, emptiness, JSON
    types, characters, references. Any JSON is safe to pass, however deep.
    """
    top = root(resource_or_bundle)
    if not isinstance(top.value, dict) or top.path == "resource":
        return [Problem("", "is no resource: it has no resourceType")]
    if is_too_deep(top.value):
        return [Problem(top.path, f"is nested deeper than {MAX_DEPTH} levels")]
    return [problem for node in walk(top) for problem in _problems(node)]


def _problems(node: Node) -> Iterator[Problem]:
    for message in (*element_faults(node), *datatype_faults(node)):
        yield Problem(node.place, message)
    if not isinstance(node.value, dict):
        return
    rule = _RULES.get(node.path)
    if rule:
        for message in rule(node.value):
            yield Problem(node.place, message)
    if "resourceType" in node.value:
        yield from _resource_problems(node)


def _resource_problems(node: Node) -> Iterator[Problem]:
    if "text" in node.value:
        yield Problem(f"{node.place}.text", "a resource of ours carries no narrative")
    if node.path == "Questionnaire":
        yield from questionnaire_problems(node)
    elif node.path == "Bundle":
        yield from bundle_problems(node)


def _response_faults(response: Json) -> Iterator[str]:
    if not isinstance(response.get("questionnaire"), str):
        yield "names no questionnaire"


def _response_item_faults(item: Json) -> Iterator[str]:
    if "answer" in item and "item" in item:
        yield "has both answer and item (qrs-1)"


def _answer_faults(answer: Json) -> Iterator[str]:
    values = [name for name in answer if name.startswith("value")]
    if len(values) != 1:
        yield "an answer has one value"


def _observation_faults(observation: Json) -> Iterator[str]:
    values = [name for name in observation if name.startswith("value")]
    if len(values) > 1:
        yield "has several values"
    if values and "dataAbsentReason" in observation:
        yield "has both a value and dataAbsentReason (obs-6)"


def _service_request_faults(request: Json) -> Iterator[str]:
    if "orderDetail" in request and "code" not in request:
        yield "has orderDetail but no code (prr-1)"
    if request.get("intent") == "proposal" and request.get("priority") == "stat":
        yield "a proposal is never stat"


def _action_faults(action: Json) -> Iterator[str]:
    if ("resource" in action) == ("action" in action):
        yield "an action has either a resource or actions (rqg-1)"


def _task_faults(task: Json) -> Iterator[str]:
    authored, modified = task.get("authoredOn"), task.get("lastModified")
    if isinstance(authored, str) and isinstance(modified, str) and modified[:10] < authored[:10]:
        yield "was modified before it was authored (inv-1)"


def _document_faults(document: Json) -> Iterator[str]:
    if not objects(document.get("content")):
        yield "has no content"


_RULES: Final[Mapping[str, Callable[[Json], Iterator[str]]]] = {
    "QuestionnaireResponse": _response_faults,
    "QuestionnaireResponse.item": _response_item_faults,
    "QuestionnaireResponse.item.answer": _answer_faults,
    "QuestionnaireResponse.item.answer.item": _response_item_faults,
    "Observation": _observation_faults,
    "ServiceRequest": _service_request_faults,
    "RequestGroup.action": _action_faults,
    "Task": _task_faults,
    "DocumentReference": _document_faults,
}
