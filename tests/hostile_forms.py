"""Questionnaires that are meant to do harm: too much of something, or of the wrong kind."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from fhir.intake import urls
from tests.any_forms import item, questionnaire

if TYPE_CHECKING:
    from random import Random

Json = dict[str, Any]
YES: Json = {"answerBoolean": True}
LONG = "y" * 1_000_000
JUNK: list[Any] = [
    *(None, True, 0, -1, 3.5, 2**31, 10**17, 10**30, 1e300, float("nan"), float("-inf")),
    *("", " ", "x", "x" * 3_000, "\x00", "\u202e", "|", "a|b", "#x", "2026-01-01", "(a+)+$"),
    *([], {}, [[]], [{}], [None], ["a"], {"a": 1}, {"code": 1}, {"system": "s", "code": "c"}),
    *({"resourceType": "Questionnaire"}, {"extension": "x"}, {"extension": [{"url": 1}]}),
]


def expression(url: str, text: str, **more: Any) -> Json:
    return {"url": url, "valueExpression": {"language": "text/fhirpath", "expression": text} | more}


def calculated(text: str) -> list[Json]:
    return [expression(urls.CALCULATED_EXPRESSION, text)]


def variables(*texts: str) -> list[Json]:
    return [expression(urls.VARIABLE, text, name=f"v{n}") for n, text in enumerate(texts)]


def coded(count: int, **more: Any) -> list[Json]:
    return [{"valueCoding": {"system": "s", "code": f"c{n}"}, **more} for n in range(count)]


def value_set(name: str, *includes: Json) -> Json:
    return {"resourceType": "ValueSet", "id": name, "compose": {"include": [*includes]}}


def imports(count: int, *, width: int = 1, last: str = "x") -> list[Json]:
    """Return lists of which each imports the next, the last a list of one code."""
    rows = [
        value_set(f"v{n}", *[{"valueSet": [f"#v{n + 1}"]} for _ in range(width)])
        for n in range(count)
    ]
    return [*rows, value_set(f"v{count}", {"system": "s", "concept": [{"code": last}]})]


def nested(depth: int, **more: Any) -> Json:
    row = item("q")
    for number in range(depth):
        row = item(f"q{number}", "boolean", row, **more)
    return row


def answer(link_id: str) -> str:
    return f"%resource.repeat(item).where(linkId = '{link_id}').answer.value"


def refused() -> dict[str, tuple[Any, str]]:
    """Return what can not be loaded, each with words of the reason."""
    ring = [item(f"q{n}", "boolean", enable=[(f"q{(n + 1) % 300}", "=", YES)]) for n in range(300)]
    many = [{"question": "q0", "operator": "=", **YES}] * 1_000
    asking = [item(f"q{n}", "boolean", enableWhen=many) for n in range(1_000)]
    texts = [item(f"q{n}", extension=calculated("1 + " * 300 + "1")) for n in range(200)]
    return {
        "a circle of conditions": (questionnaire(*ring), "depend on each other"),
        "a million conditions": (questionnaire(*asking), "more than"),
        "items too deep": (questionnaire(nested(10_000)), "nested deeper"),
        "items a little too deep": (questionnaire(nested(20)), "deeper than 20"),
        "too many items": (questionnaire(*[item(f"q{n}") for n in range(1_001)]), "1,000 items"),
        "too many options": (questionnaire(item("q", answerOption=coded(20_001))), "20,000"),
        "too many expressions": (questionnaire(*texts), "characters of expressions"),
        "too many variables": (
            questionnaire(item("q"), extension=variables(*"1" * 1_001)),
            "1,000",
        ),
        "a long linkId": (questionnaire(item(LONG)), "longer than 255"),
        "an empty linkId": (questionnaire(item("")), "nothing that can be read"),
        "half a character": (questionnaire(item("\ud800")), "control character"),
        "one linkId twice": (questionnaire(*[item("q")] * 900), "twice"),
        "a wide object": (questionnaire(item("q") | {f"k{n}": 1 for n in range(300)}), "members"),
        "a large number": (questionnaire(item("q", maxLength=10**5_000)), "too large"),
        "no number": (questionnaire(item("q", maxLength=float("nan"))), "too large"),
        "a text for a number": (questionnaire(item("q", maxLength="9")), "no whole number"),
        "a number for a text": (questionnaire(item("q", text=9)), "which is no text"),
        "a text for a truth": (questionnaire(item("q", required="true")), "neither true nor false"),
        "no list": (questionnaire(item("q", item={})), "no list of objects"),
        "an unknown type": (questionnaire(item("q", LONG)), "R4 does not have"),
        "an option of another type": (
            questionnaire(item("q", "choice", answerOption=[{"valueCoding": "x"}])),
            "another type",
        ),
        "a list": ([], "is no Questionnaire"),
        "nothing": (questionnaire(), "has no items"),
    }


def handled() -> dict[str, Json]:
    """Return what can be loaded, whatever it does."""
    return {**_lists(), **_expressions(), **_large()}


def _lists() -> dict[str, Json]:
    each = [item(f"q{n}", "choice", answerValueSet="#v0") for n in range(300)]
    circle = [value_set(f"v{n}", {"valueSet": [f"#v{(n + 1) % 3}"]}) for n in range(3)]
    concepts = [{"code": f"c{n}"} for n in range(100_000)]
    codes = value_set("v0", {"system": "s", "concept": concepts[:20_000]})
    endless = value_set("v0", {"system": "s", "concept": concepts})
    return {
        "20,000 options": questionnaire(item("q", "choice", answerOption=coded(20_000))),
        "20,000 initial answers": questionnaire(
            item("q", "choice", repeats=True, answerOption=coded(20_000, initialSelected=True))
        ),
        "one option 9,000 times": questionnaire(item("q", "choice", answerOption=coded(1) * 9_000)),
        "a list that imports itself": questionnaire(each[0], contained=circle),
        "lists that double": questionnaire(each[0], contained=imports(15, width=30)),
        "lists within lists": questionnaire(each[0], contained=imports(3_000)),
        "a list of 100,000 codes": questionnaire(each[0], contained=[endless]),
        "a long list for every question": questionnaire(*each, contained=[codes]),
    }


def _expressions() -> dict[str, Json]:
    def value(number: int, text: str) -> Json:
        return item(f"q{number}", "integer", extension=calculated(text))

    nodes = "%resource.descendants().count()"
    ring = [value(n, f"({answer(f'q{(n + 1) % 99}')} | 0).max() + 1") for n in range(99)]
    chain = [value(n, answer(f"q{n + 1}")) for n in range(25)]
    seven = item("q25", "integer", initial=[{"valueInteger": 7}])
    sums = variables("1", *[f"%v{n} + %v{n}" for n in range(59)])
    texts = variables("'x'", *[f"%v{n} & %v{n}" for n in range(59)])
    return {
        "values in a circle": questionnaire(*ring),
        "values in a chain": questionnaire(*chain, seven),
        "costly values": questionnaire(*[value(n, nodes) for n in range(300)]),
        "variables that double": questionnaire(value(0, "%v59"), extension=sums),
        "texts that double": questionnaire(value(0, "%v59.length()"), extension=texts),
        "variables of each other": questionnaire(
            value(0, "%v0"), extension=variables("%v1", "%v0")
        ),
    }


def _large() -> dict[str, Json]:
    least = [{"url": urls.MIN_OCCURS, "valueInteger": 2**31 - 1}]
    long_text = [{"url": urls.MIN_LENGTH, "valueInteger": 2**31 - 1}]
    patterns = [
        item(f"q{n}", extension=[{"url": urls.REGEX, "valueString": f"(a+)+b{{{n}}}$"}])
        for n in range(200)
    ]
    pattern = [{"url": urls.REGEX, "valueString": LONG}]
    unit = [{"url": urls.UNIT, "valueCoding": {"system": urls.UCUM, "code": LONG}}]
    blank = [{"valueString": ""}, {"valueCoding": {}}]
    return {
        "catastrophic patterns": questionnaire(*patterns),
        "rows in rows": questionnaire(nested(19, repeats=True)),
        "rows without end": questionnaire(nested(9, repeats=True, extension=least)),
        "a text without end": questionnaire(item("q", maxLength=2**31 - 1, extension=long_text)),
        "a megabyte of text": questionnaire(item("q", text=LONG, prefix=LONG), title=LONG),
        "a megabyte of pattern": questionnaire(item("q", extension=pattern)),
        "no unit": questionnaire(item("q", "quantity", extension=unit)),
        "empty texts": questionnaire(item("q", "choice", text="", answerOption=blank), title=""),
        "extensions without end": questionnaire(
            item("q", extension=[{"url": "http://x.example"}] * 30_000)
        ),
    }


def mutated(resource: Json, chance: Random) -> Json:
    """Return a copy with one to four members replaced, left out, doubled, or moved."""
    changed: Json = copy.deepcopy(resource)
    for _ in range(chance.randint(1, 4)):
        places = [*_places(changed)]
        holder, key = chance.choice(places)
        other, other_key = chance.choice(places)
        what = chance.random()
        if what < 0.1:
            del holder[key]
        elif what < 0.2 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif what < 0.3:
            holder[key] = copy.deepcopy(other[other_key])
        else:
            holder[key] = copy.deepcopy(chance.choice(JUNK))
    return changed


def _places(value: Any) -> Any:
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
