"""A Bundle as one receiver takes it: what is sent, what is left out or rewritten, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from fhir.intake.conformance import validate
from fhir.intake.json_walk import objects
from fhir.intake.receivers.rewrite import OPERATIONS
from fhir.intake.strict_json import dump_json

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from fhir.intake.problems import Problem
    from fhir.intake.receivers import Acceptance, Need, Receiver

Json: TypeAlias = dict[str, Any]
RECEIVER_BUNDLE: Final = "receiver-bundle.json"
RECEIVER_REQUESTS: Final = "receiver-requests.json"
RECEIVER_FILES: Final = (RECEIVER_BUNDLE, RECEIVER_REQUESTS)
_NAMES: Final = ("resourceType", "url", "version", "status")
_TAKEN_BY: Final = {"POST": "create", "PUT": "update"}


@dataclass(frozen=True, slots=True)
class Reason:
    """What was done to an element or resource type, why, and how that was established.

    ``basis`` is None for what follows from the way of sending, not from the receiver.
    """

    at: str
    done: str
    why: str
    basis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes to a receiver. ``entries`` are entries of a Bundle, fit for it, in their order.

    ``left_out`` and ``changes`` count the resources that each reason befell.
    """

    receiver: Receiver
    entries: tuple[Json, ...]
    left_out: Mapping[Reason, int]
    changes: Mapping[Reason, int]
    needs: tuple[Need, ...]

    def requests(self) -> list[Json]:
        """Return the requests in their order: method, url below the base, headers, resource."""
        if not self.entries:
            return []
        if self.receiver.takes_transactions:
            return [_request("POST", "", {}, self._bundle())]
        return [_single(entry) for entry in self.entries]

    def file(self) -> tuple[str, bytes]:
        """Return name and content of the file that holds what is sent."""
        if self.receiver.takes_transactions:
            return RECEIVER_BUNDLE, dump_json(self._bundle())
        requests = {"receiver": self.receiver.name, "requests": self.requests()}
        return RECEIVER_REQUESTS, dump_json(requests)

    def faults(self) -> list[Problem]:
        """Return why what would be sent is not valid R4; it is not to be sent then.

        What the receiver gets as it was built is not judged again.
        """
        if not self.changes and not self.left_out:
            return []
        changed = {reason.at.partition(".")[0] for reason in self.changes}
        form = () if "Questionnaire" in changed else ("Questionnaire",)
        return [
            problem
            for request in self.requests()
            for problem in validate(_outlined(request["resource"], form))
            if not _is_named(request["resource"], problem)
        ]

    def _bundle(self) -> Json:
        return {"resourceType": "Bundle", "type": "transaction", "entry": [*self.entries]}


@dataclass(slots=True)
class _Draft:
    """A plan in the making."""

    entries: list[Json] = field(default_factory=list)
    left_out: Counter[Reason] = field(default_factory=Counter)
    changes: Counter[Reason] = field(default_factory=Counter)


def make_plan(bundle: Json, receiver: Receiver) -> Plan:
    """Make a Bundle of ours fit for a receiver. The Bundle is only read."""
    draft = _Draft()
    status = _response_status(bundle)
    for entry in bundle["entry"]:
        _add(draft, entry, receiver, status)
    sent = {entry["fullUrl"] for entry in draft.entries} if receiver.takes_transactions else set()
    targets = {e["fullUrl"]: _logical(e["resource"]) for e in bundle["entry"]}
    loose = {url: logical for url, logical in targets.items() if url not in sent}
    entries = tuple(_loosened(e, loose, draft) if loose else e for e in draft.entries)
    if not receiver.takes_transactions:
        draft.changes.update(_sent_twice(entries))
    kinds = [entry["resource"]["resourceType"] for entry in entries]
    return Plan(
        receiver=receiver,
        entries=entries,
        left_out=draft.left_out,
        changes=draft.changes,
        needs=tuple(need for need in receiver.needs if any(map(need.concerns, kinds))),
    )


def _add(draft: _Draft, entry: Json, receiver: Receiver, status: str | None) -> None:
    resource: Json = entry["resource"]
    kind = resource["resourceType"]
    row = receiver.acceptance(kind)
    refusal = _refusal(row, entry["request"]["method"], status)
    if refusal is not None:
        draft.left_out[Reason(kind, refusal, row.reason, row.basis)] += 1
        return
    changes: list[Reason] = []
    for rule in receiver.rewrites:
        if rule.kind != kind:
            continue
        changed, done = OPERATIONS[rule.operation](resource, rule.path, rule.value)
        reason = Reason(rule.at, done, rule.reason, rule.basis)
        if changed is None:
            draft.left_out[reason] += 1
            return
        resource = changed
        if done:
            changes.append(reason)
    draft.changes.update(changes)
    draft.entries.append(entry | {"resource": resource})


def _refusal(row: Acceptance, method: str, status: str | None) -> str | None:
    """Return in what way a row refuses a request; None where it takes it."""
    if not row.methods:
        return ""
    wanted = _TAKEN_BY.get(method, method)
    if wanted not in row.methods:
        return f"would be an {wanted}"
    if row.statuses and status not in row.statuses:
        return f"the response is {status}"
    return None


def _response_status(bundle: Json) -> str | None:
    resources = [entry["resource"] for entry in bundle["entry"]]
    responses = [r for r in resources if r["resourceType"] == "QuestionnaireResponse"]
    return responses[0].get("status") if responses else None


def _logical(resource: Json) -> Json:
    """Return what a reference says of a resource that the receiver can not look up by address."""
    identifier = resource.get("identifier")
    own = identifier if isinstance(identifier, dict) else next(iter(objects(identifier)), None)
    named = {"identifier": own} if own else {"display": resource["resourceType"]}
    return {"type": resource["resourceType"], **named}


def _loosened(entry: Json, loose: Mapping[str, Json], draft: _Draft) -> Json:
    """Turn references to what is not in the same Bundle into references by identifier."""
    turned: set[str] = set()

    def turn(value: Any, at: str) -> Any:
        if isinstance(value, list):
            return [turn(element, at) for element in value]
        if not isinstance(value, dict):
            return value
        if value.get("reference") in loose:
            turned.add(at)
            return loose[value["reference"]] | {k: v for k, v in value.items() if k != "reference"}
        return {name: turn(child, f"{at}.{name}") for name, child in value.items()}

    resource = turn(entry["resource"], entry["resource"]["resourceType"])
    for at in sorted(turned):
        why = "what it points to has no address there that is known beforehand"
        draft.changes[Reason(at, "by identifier", why)] += 1
    return entry | {"resource": resource}


def _sent_twice(entries: Iterable[Json]) -> Iterator[Reason]:
    """Yield what the receiver can not recognise when it comes again."""
    for entry in entries:
        if "ifNoneExist" in entry["request"] and not _is_found(entry["resource"]):
            kind = entry["resource"]["resourceType"]
            why = "nothing is left to find it by: sent twice, it is there twice"
            yield Reason(kind, "no If-None-Exist", why)


def _single(entry: Json) -> Json:
    """Return a Bundle's entry as a request of its own."""
    request, resource = entry["request"], entry["resource"]
    headers = {"Content-Type": "application/fhir+json"}
    if "ifNoneExist" in request and _is_found(resource):
        headers["If-None-Exist"] = request["ifNoneExist"]
    return _request(request["method"], request["url"], headers, resource)


def _is_found(resource: Json) -> bool:
    """Tell whether the resource keeps what a search for it needs."""
    return "identifier" in resource or resource["resourceType"] == "Questionnaire"


def _request(method: str, url: str, headers: Json, resource: Json) -> Json:
    return {"method": method, "url": url, "headers": headers, "resource": resource}


def _outlined(resource: Json, kinds: Container[str]) -> Json:
    """Return a resource or Bundle with the mere names of resources that are not to be judged."""
    if resource["resourceType"] == "Bundle":
        entries = [e | {"resource": _outlined(e["resource"], kinds)} for e in resource["entry"]]
        return resource | {"entry": entries}
    if resource["resourceType"] not in kinds:
        return resource
    return {name: resource[name] for name in _NAMES if name in resource}


def _is_named(body: Json, problem: Problem) -> bool:
    """Tell whether a response names its questionnaire by an extension, which R4 allows.

    Our own rule wants the canonical, because everything else that the product writes has it.
    """
    by_extension = "questionnaire" not in body and "extension" in body.get("_questionnaire", {})
    return by_extension and problem.message == "names no questionnaire"


def size(resource: Json) -> int:
    """Return the bytes of a resource as JSON without blanks, as it travels."""
    return len(orjson.dumps(resource))
