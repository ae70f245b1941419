"""The invariants of R4 for a Bundle, and what makes a transaction safe to send twice."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import parse_qsl

from fhir.intake.bindings import REFERENCES
from fhir.intake.json_walk import objects, walk
from fhir.intake.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.json_walk import Node

Json: TypeAlias = dict[str, Any]
_WITH_REQUEST: Final = frozenset({"transaction", "batch", "history"})
_WITH_RESPONSE: Final = frozenset({"transaction-response", "batch-response", "history"})
_URN: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SEPARATOR: Final = re.compile(r"(?<!\\)\|")
_ESCAPED: Final = re.compile(r"\\(.)")


def bundle_problems(node: Node) -> Iterator[Problem]:
    """Check a Bundle as a whole: its entries, their requests, and the references among them."""
    bundle = node.value
    kind = bundle.get("type")
    if "total" in bundle and kind not in {"searchset", "history"}:
        yield Problem(node.place, "total is for search results (bdl-1)")
    entries = objects(bundle.get("entry"))
    urls = Counter(str(entry["fullUrl"]) for entry in entries if "fullUrl" in entry)
    for url in (url for url, count in urls.items() if count > 1 and kind != "history"):
        yield Problem(node.place, f"has the fullUrl {url} twice (bdl-7)")
    for index, entry in enumerate(entries):
        for message in (*_entry_faults(entry, str(kind)), *_request_faults(entry)):
            yield Problem(f"{node.place}.entry[{index}]", message)
    yield from _reference_problems(node, _types(entries))
    yield from _form_problems(node, entries)


def _types(entries: list[Json]) -> dict[str, str]:
    return {str(e.get("fullUrl")): str(_resource(e).get("resourceType")) for e in entries}


def _resource(entry: Json) -> Json:
    resource = entry.get("resource")
    return resource if isinstance(resource, dict) else {}


def _entry_faults(entry: Json, kind: str) -> Iterator[str]:
    if ("request" in entry) != (kind in _WITH_REQUEST):
        yield f"a {kind} {'needs' if kind in _WITH_REQUEST else 'has no'} requests (bdl-3)"
    if ("response" in entry) != (kind in _WITH_RESPONSE):
        yield f"a {kind} {'needs' if kind in _WITH_RESPONSE else 'has no'} responses (bdl-4)"
    if "search" in entry and kind != "searchset":
        yield "search is for search results (bdl-2)"
    if not {"resource", "request", "response"} & entry.keys():
        yield "holds nothing (bdl-5)"
    url = str(entry.get("fullUrl", ""))
    if "/_history/" in url:
        yield "fullUrl names a version (bdl-8)"
    if kind == "transaction" and not _URN.fullmatch(url):
        yield "fullUrl is no urn:uuid"


def _request_faults(entry: Json) -> Iterator[str]:
    request, resource = entry.get("request"), _resource(entry)
    if not isinstance(request, dict):
        return
    kind, url = resource.get("resourceType"), str(request.get("url"))
    query = request.get("ifNoneExist")
    if request.get("method") == "POST":
        if url != kind:
            yield f"creates a {kind} at {url!r:.60}"
        if not _finds(query, resource):
            yield "ifNoneExist would not find the resource again"
    elif request.get("method") == "PUT":
        path, _, search = url.partition("?")
        if query is not None:
            yield "ifNoneExist is for POST"
        if search and (path != kind or not _finds(search, resource)):
            yield f"{url!r:.60} would not find the resource again"
        if not search and ("id" not in resource or path != f"{kind}/{resource['id']}"):
            yield f"{url!r:.60} is not the place of the resource"
    else:
        yield "is neither a POST nor a PUT"


def _finds(query: object, resource: Json) -> bool:
    parameters = dict(parse_qsl(query, keep_blank_values=True)) if isinstance(query, str) else {}
    if resource.get("resourceType") == "Questionnaire":
        wanted = {name: resource[name] for name in ("url", "version") if name in resource}
        return bool(wanted) and {k: _plain(v) for k, v in parameters.items()} == wanted
    system, *value = _SEPARATOR.split(parameters.get("identifier", ""))
    identifiers = resource.get("identifier")
    own = objects(identifiers if isinstance(identifiers, list) else [identifiers])
    pairs = [(row.get("system"), row.get("value")) for row in own]
    return len(value) == 1 and (_plain(system), _plain(value[0])) in pairs


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _reference_problems(node: Node, types: Mapping[str, str]) -> Iterator[Problem]:
    for part in walk(node):
        target = part.value.get("reference") if isinstance(part.value, dict) else None
        if not isinstance(target, str) or not target.startswith(("urn:", "#")):
            continue
        if target not in types:
            yield Problem(part.place, f"refers to {target:.60}, which the Bundle does not hold")
            continue
        allowed = REFERENCES.get(part.path)
        if allowed and types[target] not in allowed:
            yield Problem(part.place, f"can not refer to a {types[target]}")


def _form_problems(node: Node, entries: list[Json]) -> Iterator[Problem]:
    """Check that a response goes with the Questionnaire that it answers."""
    resources = [_resource(entry) for entry in entries]
    forms = [r for r in resources if r.get("resourceType") == "Questionnaire"]
    canonicals = [str(form.get("url")) for form in forms]
    canonicals += [f"{form.get('url')}|{form.get('version')}" for form in forms]
    for response in resources:
        is_response = response.get("resourceType") == "QuestionnaireResponse"
        if forms and is_response and response.get("questionnaire") not in canonicals:
            yield Problem(node.place, "holds a response to another Questionnaire than its own")
