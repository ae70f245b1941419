"""A real FHIR server: HAPI's JPA server takes our Bundles, keeps them whole, and not twice."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from conformance.building import java_command
from conformance.server import Client, serving
from conformance.subject import amend
from conformance.verdict import Findings, Judge, JudgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.subject import Case, Subject

Json: TypeAlias = dict[str, Any]
_Given = TypeVar("_Given")
RESPONSE: Final = "QuestionnaireResponse"
_SERVERS_OWN: Final = frozenset({"versionId", "lastUpdated", "source"})
"""What a server writes into ``meta``."""


@dataclass
class Run:
    """The server and what was found: faults, and how many resources were read back."""

    client: Client
    faults: list[str] = field(default_factory=list)
    read: int = 0

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Keep a fault when something is not as it should be."""
        if found != wanted:
            self.faults.append(f"{what}: {str(found)[:300]}, not {str(wanted)[:300]}")


def judge_server(subject: Subject) -> Findings:
    """Send every case twice, read it back, search for it, amend it, and send that twice."""
    command = java_command("hapi_server", "Server")
    again = [amend(subject, case) for case in subject.cases]
    with serving(command) as client:
        run = Run(client)
        software = client.read("metadata")["software"]
        places = [_attempt(run, case, _send_twice) or {} for case in subject.cases]
        sent = [*zip(subject.cases, places, again, strict=True)]
        for case, at, _ in sent:
            _attempt(run, case, _search, at)
        for case, at, amended in sent:
            _attempt(run, case, _amend, at, amended)
        for kind in (RESPONSE, "Patient"):
            run.expect(f"all {kind}", client.count(kind), len(subject.cases))
        _send_rules(run, json.loads(subject.rules.read_bytes()))
    notes = (
        f"{len(subject.cases)} Bundles sent twice and twice amended, the exported rules sent twice",
        f"{run.read} resources read back as they were sent",
        f"the server calls itself {software['name']} {software['version']}",
    )
    return Findings(count=run.read, faults=tuple(run.faults), notes=notes)


def _attempt(run: Run, case: Case, step: Callable[..., _Given], *more: object) -> _Given | None:
    """Take a step; what the server refuses is a fault of the case."""
    try:
        return step(run, case, *more)
    except JudgeError as error:
        run.faults.append(f"{case.id}: {error}")
        return None


def _send_twice(run: Run, case: Case) -> dict[str, str]:
    """Send a case's Bundle twice; return where its resources are, by full URL."""
    return _keep(run, case.id, json.loads(case.bundle.read_bytes()))


def _send_rules(run: Run, bundle: Json) -> None:
    try:
        _keep(run, "rules", bundle)
    except JudgeError as error:
        run.faults.append(f"rules: {error}")


def _keep(run: Run, name: str, bundle: Json) -> dict[str, str]:
    """Send a Bundle twice and read its resources; return where they are, by full URL."""
    first = _transact(run, bundle)
    before = _totals(run.client, bundle)
    second = _transact(run, bundle)
    run.expect(f"{name}: statuses when sent again", {row["status"] for row in second}, {"200 OK"})
    run.expect(f"{name}: places when sent again", _places(second), _places(first))
    run.expect(f"{name}: totals when sent again", _totals(run.client, bundle), before)
    places = dict(zip(_full_urls(bundle), _places(first), strict=True))
    for entry in bundle["entry"]:
        place = places[entry["fullUrl"]]
        kept, sent = _apart(_own(run.client.read(place)), _sent(entry, places))
        run.expect(f"{name}: {place} read back", kept, sent)
        run.read += 1
    return places


def _search(run: Run, case: Case, places: dict[str, str]) -> None:
    """Find the response by what it answers, whom it is about, and how far it is."""
    response = json.loads(case.response.read_bytes())
    full_urls = {kind: url for url, kind in _kinds(_bundle(case.bundle))}
    own = places[full_urls[RESPONSE]].removeprefix(f"{RESPONSE}/")
    patient = places[full_urls["Patient"]]
    identifier = f"{response['identifier']['system']}|{response['identifier']['value']}"
    canonical = response["questionnaire"]
    for wanted, parameters in (
        ({own}, {"subject": patient}),
        ({own}, {"identifier": identifier}),
        ({own}, {"questionnaire": canonical, "subject": patient, "status": response["status"]}),
        (set(), {"subject": patient, "status": "entered-in-error"}),
        (set(), {"subject": patient, "questionnaire": f"{canonical}.other"}),
    ):
        found = {row["id"] for row in run.client.search(RESPONSE, **parameters)}
        run.expect(f"{case.id}: search by {', '.join(parameters)}", found, wanted)
    every = {row["id"] for row in run.client.search(RESPONSE, questionnaire=canonical)}
    run.expect(f"{case.id}: search by questionnaire finds it", own in every, True)


def _amend(run: Run, case: Case, places: dict[str, str], amended: Case) -> None:
    """Send the amended response, and again: one response, in its second version."""
    bundle = _bundle(amended.bundle)
    for time in ("first", "second"):
        done = _transact(run, bundle)
        created = [row["location"] for row in done if row["status"].startswith("201")]
        kinds = Counter(place.split("/")[0] for place in created)
        new = {"DocumentReference": 1, "Provenance": 1} if time == "first" else {}
        run.expect(f"{case.id}: created by the {time} amendment", dict(kinds), new)
    response = json.loads(amended.response.read_bytes())
    identifier = f"{response['identifier']['system']}|{response['identifier']['value']}"
    found = run.client.search(RESPONSE, identifier=identifier)
    before = json.loads(case.response.read_bytes())["status"]
    status = "amended" if before == "completed" else before  # what is not whole stays so
    run.expect(
        f"{case.id}: amended response",
        [(row["id"], row["meta"]["versionId"], row["status"]) for row in found],
        [(_response_id(case, places), "2", status)],
    )


def _response_id(case: Case, places: dict[str, str]) -> str:
    full_urls = {kind: url for url, kind in _kinds(_bundle(case.bundle))}
    return places[full_urls[RESPONSE]].split("/")[1]


def _bundle(path: Path) -> Json:
    bundle: Json = json.loads(path.read_bytes())
    return bundle


def _transact(run: Run, bundle: Json) -> list[Json]:
    return [entry["response"] for entry in run.client.transact(bundle)["entry"]]


def _totals(client: Client, bundle: Json) -> dict[str, int]:
    """Count what the server holds of each kind that the Bundle brings."""
    return {kind: client.count(kind) for kind in sorted({kind for _, kind in _kinds(bundle)})}


def _kinds(bundle: Json) -> Iterator[tuple[str, str]]:
    for entry in bundle["entry"]:
        yield entry["fullUrl"], entry["resource"]["resourceType"]


def _full_urls(bundle: Json) -> list[str]:
    return [entry["fullUrl"] for entry in bundle["entry"]]


def _places(rows: list[Json]) -> list[str]:
    """Return where resources are, without their version."""
    return [row["location"].split("/_history/")[0] for row in rows]


def _own(resource: Json) -> Json:
    """Return a resource without what the server wrote into it."""
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in _SERVERS_OWN}
    return {k: v for k, v in resource.items() if k not in {"id", "meta"}} | (
        {"meta": meta} if meta else {}
    )


def _sent(entry: Json, places: dict[str, str]) -> Json:
    """Return a resource as it was sent, its references to others as the server has them."""
    text = json.dumps(_own(entry["resource"]))
    for url, place in places.items():
        text = text.replace(f'"reference": "{url}"', f'"reference": "{place}"')
    sent: Json = json.loads(text)
    return sent


def _apart(found: Json, wanted: Json) -> tuple[Json, Json]:
    """Return two resources without the elements that are the same in both."""
    names = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    return {n: found.get(n) for n in names}, {n: wanted.get(n) for n in names}


JUDGE: Final = Judge(
    name="hapi-server",
    title="HAPI FHIR JPA server on H2 in memory",
    version="8.8.0",
    judged="each Bundle sent twice, read back, searched for, amended and sent again",
    run=judge_server,
)
