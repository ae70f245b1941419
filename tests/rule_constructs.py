"""A form and a pack that use every construct of the rule language, and answers to them."""

from __future__ import annotations

import random
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhir.intake import urls
from fhir.intake.loading import load_form
from fhir.intake.record import Identifier, Patient, Record
from fhir.intake.response import build_response
from fhir.intake.rules.export import rule_bundle
from referral import load_pack
from referral.case import AnswerCase
from referral.values import truth
from tests.rule_truths import Case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhir.intake.items import Form
    from referral import Pack

Json = dict[str, Any]
DAY = date(2026, 11, 22)
RECORD = Record(
    identifier=Identifier(system="https://clinic.example/response", value="1"),
    patient=Patient(identifier=Identifier(system="https://clinic.example/person", value="1")),
    authored="2026-11-22T23:00:00-08:00",
)
UNIT = {
    "url": urls.UNIT,
    "valueCoding": {"system": urls.UCUM, "code": "wk", "display": "weeks"},
}


def item(name: str, kind: str, *, when: str = "", options: str = "", **more: Any) -> Json:
    found = {"linkId": name, "type": kind, "text": name, **more}
    if options:
        codes = options.split()
        found["answerOption"] = [
            {"valueCoding": {"system": "https://x.example", "code": code, "display": code}}
            for code in codes
        ]
    extensions = [*found.pop("extension", [])]
    if when:
        extensions.append({"url": urls.CONDITION, "valueString": when})
    return found | ({"extension": extensions} if extensions else {})


GATED = "yes(gate)"
ITEMS = [
    item("gate", "choice", options="yes no unsure"),
    item("x", "choice", when=GATED, options="yes no unsure"),
    item("kind", "choice", when=GATED, options="a b not_sure"),
    item("list", "choice", when=GATED, options="a b c not_sure", repeats=True),
    item("weeks", "quantity", when=GATED, extension=[UNIT]),
    item("day", "integer"),
    item("amount", "decimal", when=GATED),
    item("date_of_birth", "date", when=GATED),
    item("note", "string", when=GATED),
    item("agree", "boolean", when=GATED),
    item("either", "open-choice", options="a b"),
    item("later", "choice", when="age_years >= 40 or weeks > 2", options="yes no unsure"),
]
VALUES: dict[str, list[Any]] = {
    "gate": ["yes", "yes", "yes", "no", "unsure"],
    "x": ["yes", "no", "unsure"],
    "kind": ["a", "b", "not_sure"],
    "list": [["a"], ["b", "c"], ["not_sure"]],
    "weeks": [0, 2, 2.5, 40],
    "day": [0, 3, 7],
    "amount": [0.1, 3.0, 0.30000001],
    "date_of_birth": ["1986-11-22", "1986-11-23", "2000-02-29", "1990-05", "1990"],
    "note": ["plain", "unsure", "it's \\ 50 % ü"],
    "agree": [True, False],
    "either": ["a", "unsure", "other"],
    "later": ["yes", "no", "unsure"],
}
DERIVED = {
    "sign": "count(yes(x), kind == 'a') >= 1",
    "flags": "count(yes(x), kind == 'a', has(list, 'a'))",
    "same_weeks": "weeks",
    "again": "same_weeks",
    "agreed": "agree",
    "three": "3",
}
CONDITIONS = """
yes(x) | unsure(x) | yes_or_unsure(x) | yes(later) | not yes(x) | answered(x) | answered(later)
has(list, 'a') | has(list, 'a', 'b') | has(list, 'not_sure') | has(list, 'c', 'not_sure')
kind == 'a' | kind != 'a' | kind == 'not_sure' | kind in ('a', 'b') | kind not in ('a', 'not_sure')
weeks > 2 | weeks >= 2.5 | 2 < weeks <= 40 | weeks == 2 | weeks != 2 | weeks in (2, 40)
weeks not in (0, 2.5) | day == 3 | day in (3, 7) | day < -1 | day == -3 | day - 7 == -7
amount == 3 | amount + amount > 0.2 | amount * 3 <= 0.9000001 | -2 < amount - day | weeks * day == 6
date_of_birth == '1986-11-22' | date_of_birth in ('1986-11-23', '1990-05-01') | age_years >= 40
date_of_birth != '2000-02-29' | age_years in (40, 39) | age_years != 40 | answered(date_of_birth)
note == 'plain' | note != 'plain' | note == "it's \\\\ 50 % ü" | note in ('unsure', 'x')
agree | not agree | agreed | not agreed | answered(agree) | answered(agreed) | agree or yes(x)
either == 'a' | either != 'b' | either in ('a', 'b') | answered(either) | answered(note)
count(yes(x), kind == 'a') == 1 | count(weeks > 2) == 0 | flags >= 2 | flags == 0 | flags in (1, 2)
same_weeks == 2 | again != 2 | again > 2 | answered(again) | again + three > 5 | three == 3
sign | not sign | answered(sign) | answered(flags) | sign and yes(x) or not agree and weeks < 1
(yes(x) or kind == 'a') and not (has(list, 'b') or unsure(x)) | three > 9999999999 | weeks < 1e-7
"""
HEADER = """
[pack]
name = "of_a_test"
version = "1"
date = "2026-11-25"
title = "Of a test"
status = "Active. Approved."
wording = "For tests."
protected_tiers = []
objective_sign = "sign"
required_red_flags = []
soft_red_flags = []
flag_count = "flags"
[[source]]
id = "S"
short = "S"
citation = "S"
title = "S"
confidence = "high"
supports = "all"
[[test]]
id = "lab_x"
label = "X"
category = "bloods"
helps = "to test"
[test.patient_label]
en = "X"
"""


def questionnaire(items: Iterable[Json] = ITEMS) -> Json:
    group = {"linkId": "page", "type": "group", "text": "Page", "item": [*items]}
    return {
        "resourceType": "Questionnaire",
        "url": "https://x.example/Questionnaire/q",
        "version": "1",
        "name": "Q",
        "title": "Q",
        "status": "active",
        "item": [group],
    }


def quoted(text: str) -> str:
    return f"'''{text}'''"


def rule(number: int, when: str) -> str:
    blank = str("answered(" in when).lower()
    return f"""
[[rule]]
id = "R{number}"
kind = "workup"
when = {quoted(when)}
because = "Because."
suggest = ["lab_x"]
sources = ["S"]
strength = "test"
fires_on_blank = {blank}
"""


def pack_of(
    folder: Path, form: Form, conditions: Iterable[str], derived: dict[str, str] = DERIVED
) -> Pack:
    rows = [f'[[derived]]\nname = "{n}"\nexpression = {quoted(e)}\n' for n, e in derived.items()]
    rules = [rule(number, when) for number, when in enumerate(conditions)]
    text = "\n".join([HEADER, *rows, *rules])
    (folder / "pack.toml").write_text(text, encoding="utf-8")
    return load_pack(folder, form.questions)


def split(text: str) -> list[str]:
    return [part.strip() for line in text.strip().splitlines() for part in line.split(" | ")]


def answer_sets(count: int) -> Iterable[Json]:
    chance = random.Random(1)  # noqa: S311  # no secret
    for _ in range(count):
        yield {n: chance.choice(v) for n, v in VALUES.items() if chance.random() < 0.8}


def constructs() -> tuple[Json, list[Case]]:
    """Return the exported pack and what our engine makes of many answers."""
    form = load_form(questionnaire())
    with tempfile.TemporaryDirectory() as folder:
        pack = pack_of(Path(folder), form, split(CONDITIONS))
    return rule_bundle(pack, form, "https://x.example"), [*_cases(pack, form)]


def _cases(pack: Pack, form: Form) -> Iterator[Case]:
    for number, answers in enumerate(answer_sets(400)):
        case = AnswerCase(answers, pack.compiled, DAY)
        truths = {f"rule-{row.rule.id}": truth(row.when.value(case)) for row in pack.compiled.rules}
        yield Case(f"constructs-{number}", build_response(answers, form, RECORD), truths, {})
