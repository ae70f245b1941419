"""docs/fhir.md says what receivers take, and names every address that the FHIR output holds."""

from __future__ import annotations

import ast
import json
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fhir.intake
from fhir.intake import urls
from fhir.intake.loading import standard_questionnaire
from fhir.intake.receivers import receivers
from fhir.intake.receivers.plan import make_plan
from fhir.intake.receivers.text import established
from tests.cases import ROOT, VIGNETTES
from tests.export_case import MARK, MRN, OWN, below, case, export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.receivers import Acceptance, Receiver, Rewrite

Json = dict[str, Any]
PAGE = (ROOT / "docs" / "fhir.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`\s]+)`", PAGE))
METHODS = {
    (): "left out",
    ("create",): "created",
    ("create", "update"): "created, updated",
}
DONE = {
    "drop": "left out",
    "set": "set to `{0}`",
    "one": "one kept",
    "at_most": "not sent above {0:,} bytes",
    "as_extension": "moved into the extension `{0}`",
    "text_answers": "answers as text",
    "number_link_ids": "repeated linkIds are numbered",
}


def accepted(row: Acceptance) -> str:
    of = f", only of a response that is {' or '.join(row.statuses)}" if row.statuses else ""
    return METHODS[row.methods] + of


def rewritten(rule: Rewrite) -> str:
    if rule.operation == "keep":
        return "kept: " + ", ".join(f"`{name}`" for name in rule.value)
    return DONE[rule.operation].format(rule.value)


def rows(receiver: Receiver) -> Iterator[tuple[str, str, str, str]]:
    for row in receiver.accepts:
        names = ", ".join("all others" if name == "*" else name for name in row.resources)
        alone = len(receiver.accepts) == 1
        yield ("all" if alone else names, accepted(row), row.reason, row.basis)
    for rule in receiver.rewrites:
        yield (f"`{rule.at}`", rewritten(rule), rule.reason, rule.basis)
    for need in receiver.needs:
        yield (f"`{need.at}`", "**needs from the site**", need.what, need.basis)
    for note in receiver.notes:
        yield ("", "note", note.text, note.basis)


def section(receiver: Receiver) -> str:
    way = "One transaction" if receiver.takes_transactions else "Single requests"
    lines = [
        f"### {receiver.name}",
        "",
        f"{receiver.title[0].upper()}{receiver.title[1:]}. {way}.",
        "",
        "| what | is | because | established |",
        "|---|---|---|---|",
    ]
    for what, done, why, basis in rows(receiver):
        said = why.replace("<", "&lt;").replace(">", "&gt;")
        lines.append(f"| {what} | {done} | {said} | {established(basis, receiver.read_in)} |")
    return "\n".join(lines)


def test_tables_are_those_of_the_program() -> None:
    told = PAGE.split("\n## Receivers\n", 1)[1]
    expected = "\n\n".join(map(section, receivers().values()))
    assert expected in told, f"the tables should be\n{expected}"
    assert re.findall(r"^### (\w+)$", told, re.MULTILINE) == [*receivers()]


def is_named(address: str) -> bool:
    short = address.removeprefix(urls.BASE) if address.startswith(urls.BASE + "/") else address
    return short in NAMED or address in NAMED


def addresses(value: object) -> set[str]:
    """Return profiles, urls of extensions and systems in JSON data."""
    found: set[str] = set()
    for part in below(value):
        if isinstance(part, dict):
            found |= {str(part[name]) for name in ("url", "system") if name in part}
            found |= set(part.get("profile", ()))
            found |= {row["url"] for row in part.get("extension", ())}
    return {address for address in found if ":" in address}


def test_every_address_of_the_output_is_named() -> None:
    outputs: list[object] = [export(case(name)) for name in VIGNETTES]
    outputs += [make_plan(export(case(MARK)), one).requests() for one in receivers().values()]
    found = set().union(*map(addresses, outputs))
    found -= {OWN.system, MRN.system}
    ids = {name.replace("_", "-") for name in link_ids()}
    options = {f"{urls.BASE}/CodeSystem/{name}" for name in ids}
    assert {address for address in found - options if not is_named(address)} == set()


def link_ids() -> set[str]:
    parts = below(standard_questionnaire())
    return {part["linkId"] for part in parts if isinstance(part, dict) and "linkId" in part}


def known_addresses() -> Iterator[tuple[str, str]]:
    """Yield the addresses that our modules hold, whole or put together, by module."""
    for module in pkgutil.walk_packages(fhir.intake.__path__, "fhir.intake."):
        loaded = import_module(module.name)
        written = ast.walk(ast.parse(Path(str(loaded.__file__)).read_text(encoding="utf-8")))
        values = [node.value for node in written if isinstance(node, ast.Constant)]
        kept = [v for k, v in vars(loaded).items() if not k.startswith("__")]
        data = [v for v in kept if isinstance(v, str | dict | list)]
        for part in below([*values, *data]):
            if isinstance(part, str) and re.fullmatch(r"https?://\S*\w", part):
                yield module.name, part


def test_every_address_that_the_code_knows_is_named() -> None:
    assert {(place, name) for place, name in known_addresses() if not is_named(name)} == set()


def test_profiles_are_claimed_where_the_page_says_so() -> None:
    bundle = export(case(MARK))
    profiles = {
        entry["resource"]["resourceType"]: entry["resource"]["meta"]["profile"]
        for entry in bundle["entry"]
        if "profile" in entry["resource"].get("meta", {})
    }
    assert profiles == {
        "Questionnaire": [urls.SDC_QUESTIONNAIRE],
        "QuestionnaireResponse": [urls.SDC_RESPONSE],
    }


def test_counts_of_conditions() -> None:
    form = standard_questionnaire()
    native = sum("enableWhen" in item for item in below(form) if isinstance(item, dict))
    expressions = json.dumps(form).count(urls.ENABLE_WHEN_EXPRESSION)
    assert (native, expressions) == (57, 4)
    assert f"{native} items have a\nnative `enableWhen`; four need" in PAGE


def test_sdc_claims_are_those_of_the_interface() -> None:
    told = PAGE.split("\n## Structured Data Capture\n", 1)[1].split("\n## ", 1)[0]
    for name in ("Form Filler", "Response Manager", "Receiver"):
        assert re.search(rf"^\| {name}\b[^|]*\| no \|", told, re.MULTILINE), name
