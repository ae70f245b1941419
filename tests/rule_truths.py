"""What our engine makes of answers, and what the exported rules are to make of the same."""

from __future__ import annotations

import json
import random
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, settings

from fhir.intake import urls
from fhir.intake.answers import check_answers
from fhir.intake.record import Identifier, Patient, Record
from fhir.intake.response import build_response
from fhir.intake.rules.export import rule_bundle
from fhir.intake.strict_json import dump_json
from intake.content import standard_content
from referral import assess
from referral.case import AnswerCase
from referral.medicines import RXNORM
from referral.values import Codes, truth
from tests.cases import RULE_CASES, VIGNETTES, firing, near_miss
from tests.strategies import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from referral.values import Truth, Value

Json = dict[str, Any]
AUTHORED = ("2026-11-22T00:00:00Z", "2026-11-22T23:30:00-05:00", "2024-02-29", "2026-11", "2026")
VALUES = {
    "ageYears": "age_years",
    "caffeineMgDay": "caffeine_mg_day",
    "drugClasses": "drug_classes",
    "seedFlagCount": "seed_flag_count",
    "thyroidSignCount": "thyroid_sign_count",
    "tier": "tier",
}
"""Variables that hold no truth, with the names that they have in the rules."""


class Exported(NamedTuple):
    """The variables in binding order and the conditions by action, read from a Bundle."""

    variables: list[tuple[str, str]]
    conditions: list[tuple[str, str]]


class Case(NamedTuple):
    """A response, and what our engine makes of it."""

    id: str
    response: Json
    truths: dict[str, Truth]
    values: dict[str, list[Any]]


@cache
def standard_bundle() -> Json:
    content = standard_content()
    bundle: Json = json.loads(dump_json(rule_bundle(content.pack, content.form, urls.BASE)))
    return bundle


def exported(bundle: Json) -> Exported:
    plan, library = (entry["resource"] for entry in bundle["entry"][:2])
    named = [row["valueExpression"] for row in library["extension"]]
    actions = [action for group in plan["action"] for action in group["action"]]
    return Exported(
        variables=[(row["name"], row["expression"]) for row in named],
        conditions=[
            (action["id"], row["expression"]["expression"])
            for action in actions
            for row in action["condition"]
        ],
    )


def checked(raw: Json, authored: str = AUTHORED[0]) -> Json:
    answers, problems = check_answers(raw, standard_content().form, on=day_of(authored))
    assert problems == [], [*map(str, problems)]
    return answers


def day_of(authored: str) -> date:
    return record("any", authored).day


def record(name: str, authored: str) -> Record:
    return Record(
        identifier=Identifier(system="https://clinic.example/response", value=name),
        patient=Patient(identifier=Identifier(system="https://clinic.example/person", value="1")),
        authored=authored,
    )


def judged(name: str, answers: Json, authored: str = AUTHORED[0]) -> Case:
    """Answer the form, also questions that are not shown, and judge by our engine."""
    content = standard_content()
    pack, day = content.pack, day_of(authored)
    case = AnswerCase(answers, pack.compiled, day)
    tier = assess(answers, pack=pack, on=day).tier
    case.tier = tier.id if tier else None
    truths = {f"rule-{row.rule.id}": truth(row.when.value(case)) for row in pack.compiled.rules}
    for flag, when in pack.compiled.red_flags:
        truths[f"flag-{flag.id}"] = truth(when.value(case))
    values = {variable: plain(case.value(known)) for variable, known in VALUES.items()}
    response = build_response(answers, content.form, record(name, authored))
    return Case(name, response, truths, values)


def plain(value: Value) -> list[Any]:
    if isinstance(value, Codes):
        return sorted(value)
    return [] if value is None else [value]


def vignettes() -> Iterator[Case]:
    for name, row in VIGNETTES.items():
        yield judged(name, checked(row["answers"]))


def rule_cases() -> Iterator[Case]:
    for number, row in enumerate(RULE_CASES):
        yield judged(f"{row['rule']}-{number}-fires", checked(firing(row)))
        yield judged(f"{row['rule']}-{number}-near-miss", checked(near_miss(row)))


def generated(count: int) -> Iterator[Case]:
    """Yield partial answer sets of the generator, each time the same."""
    found: list[Json] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(ANSWERS)
    def collect(answers: Json) -> None:
        found.append(answers)

    collect()
    for number, answers in enumerate(found):
        authored = AUTHORED[number % len(AUTHORED)]
        yield judged(f"generated-{number}", checked(answers, authored), authored)


def thinned(count: int) -> Iterator[Case]:
    """Yield answers on which a rule hangs, with some of them left out, each time the same."""
    chance = random.Random(20261122)  # noqa: S311  # no secret
    for number in range(count):
        row = chance.choice(RULE_CASES)
        answers = chance.choice((firing, near_miss))(row)
        kept = chance.choice((0.95, 0.8, 0.5))
        some = {name: value for name, value in answers.items() if chance.random() < kept}
        authored = chance.choice(AUTHORED)
        yield judged(f"thinned-{number}", checked(some, authored), authored)


def medicine_lists(count: int) -> Iterator[Case]:
    """Yield lists of medicines, written in odd ways, also such as the form does not take."""
    chance = random.Random(435)  # noqa: S311  # no secret
    for number in range(count):
        rows = [{"med_name": medicine(chance)} for _ in range(chance.randrange(4))]
        if chance.random() < 0.2:
            rows.append({"med_dose": "1"})
        gate = chance.choice(("none", "medicines", "supplements", "both", "unsure", None))
        yield judged(f"medicines-{number}", {"takes_medicines": gate, "medication": rows})


def medicine(chance: random.Random) -> Any:
    drugs = [d for row in standard_content().pack.tables.drug_class for d in row.members]
    drug, other = chance.choice(drugs), chance.choice(drugs)
    name = disguised(chance.choice((drug.name, *drug.synonyms)), chance)
    coded = {"system": RXNORM, "code": drug.rxnorm or "none", "display": other.name}
    foreign = {"system": "http://snomed.info/sct", "code": "435", "display": name}
    return chance.choice((name, name, f"{name} 5 mg", coded, foreign, {"display": name}, "|435"))


def disguised(name: str, chance: random.Random) -> str:
    """Write a name as another person might: case, accents, widths, ligatures, spacing."""
    changes: tuple[Callable[[str], str], ...] = (
        str.upper,
        str.title,
        lambda text: text.replace("e", "é").replace("o", "ö").replace("n", "ñ"),
        lambda text: "".join(f"{c}\u0301" for c in text),
        lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in text),
        lambda text: "".join(chr(0x1D41A + ord(c) - 97) if c.islower() else c for c in text),
        lambda text: text.replace("fl", "ﬂ").replace("fi", "ﬁ").replace("st", "ﬆ"),
        lambda text: "\u00a0" + text.replace(" ", "\u2003 ") + "\u3000",
        lambda text: text.replace("k", "\u212a").replace("s", "ſ").replace("i", "İ"),
        lambda text: f"{text}\u200b",
        lambda text: unicodedata.normalize("NFD", text),
    )
    for change in chance.sample(changes, chance.randrange(3)):
        name = change(name)
    return name
