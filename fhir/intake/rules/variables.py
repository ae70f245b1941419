"""The variables over which the rules of a pack are written as FHIRPath, in binding order."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from fhir.intake.rules.answer_paths import stored_answer
from fhir.intake.rules.fhirpath import (
    AGE,
    AGE_YEARS,
    UNCERTAIN_SET,
    Mapper,
    closure,
    item_variables,
)
from fhir.intake.rules.fhirpath_text import (
    UnwritableError,
    camel_case,
    number,
    text,
    union,
    variable,
)
from fhir.intake.rules.medicine_variables import medicine_variables
from referral import builtin
from referral.compiling import TIER
from referral.expression import Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhir.intake.items import Form
    from referral import Pack
    from referral.compiling import Compiled
    from referral.expression import Node

RESERVED: Final = frozenset(
    {"resource", "rootResource", "context", "ucum", "sct", "loinc", "questionnaire", "qitem"}
)
_AUTHORED_DAY: Final = (
    "iif(%resource.authored.exists(), "
    "(%resource.authored.toString() + '-01-01').substring(0, 10), today().toString())"
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_MEDICINE_NAMES: Final = {builtin.DRUG_CLASSES, builtin.UNMATCHED}


def pack_mapper(pack: Pack) -> Mapper:
    """Return what writes the pack's expressions."""
    return Mapper(pack.compiled.questions, pack.compiled.derived)


def rule_variables(pack: Pack, form: Form) -> tuple[tuple[str, str], ...]:
    """Return name and FHIRPath of every variable behind the pack's rules and warning signs.

    They are to be evaluated in this order, each over the response as ``%resource`` and the
    variables before it. Raises UnwritableError for what FHIRPath can not say.
    """
    found = tuple(_variables(pack, form))
    counts = Counter(name for name, _ in found)
    for name, count in counts.items():
        if count > 1 or name in RESERVED:
            raise UnwritableError(f"two names would be the variable %{name}")
        if not _NAME.fullmatch(name):
            raise UnwritableError(f"{name!r:.80} can not name a variable")
    return found


def _variables(pack: Pack, form: Form) -> Iterator[tuple[str, str]]:
    compiled, mapper = pack.compiled, pack_mapper(pack)
    needed = _needed(compiled)
    yield "uncertain", UNCERTAIN_SET
    if AGE in needed:
        yield "authoredDay", _AUTHORED_DAY
    for name in compiled.questions:
        if name in needed:
            answer = stored_answer(form, name)
            yield from item_variables(name, answer, compiled.conditions.get(name), mapper)
        if name == builtin.BIRTH and AGE in needed:
            yield camel_case(AGE), AGE_YEARS
    if builtin.CAFFEINE in needed:
        yield camel_case(builtin.CAFFEINE), _caffeine(compiled)
    if needed & _MEDICINE_NAMES:
        yield from medicine_variables(form, pack.tables.drug_class)
    for name, node in compiled.derived.items():
        yield camel_case(name), _derived(name, node, compiled, mapper)
    yield from _tier(pack, mapper)


def _needed(compiled: Compiled) -> set[str]:
    read: set[str] = set()
    for node in _nodes(compiled):
        read |= set(node.names())
    if builtin.CAFFEINE in read:
        read |= {builtin.CAFFEINE_GATE, *_drinks(compiled)}
    if read & _MEDICINE_NAMES:
        read |= {builtin.MEDICINES, builtin.MEDICINES_GATE}
    return closure(read, compiled.conditions)


def _nodes(compiled: Compiled) -> Iterable[Node]:
    yield from (row.when for row in compiled.rules)
    yield from (when for _, when in compiled.red_flags)
    yield from compiled.derived.values()


def _drinks(compiled: Compiled) -> list[str]:
    questions = compiled.questions
    return [d for d in compiled.caffeine if d in questions and questions[d].kind == "number"]


def _caffeine(compiled: Compiled) -> str:
    gate = variable(builtin.CAFFEINE_GATE)
    drinks = {variable(drink): compiled.caffeine[drink] for drink in _drinks(compiled)}
    amounts = [f"iif({x}.exists(), {x}, 0) * {number(mg)}" for x, mg in drinks.items()]
    total = " + ".join(amounts) or "{}"
    blank = f"({gate}.empty() and {gate}Na.not()) or ({union([*drinks])}).empty()"
    return f"iif({gate} = 'no', 0, iif({blank}, {{}}, {total}))"


def _derived(name: str, node: Node, compiled: Compiled, mapper: Mapper) -> str:
    is_number = compiled.scope[name].kind == "number"
    if isinstance(node, Name) and compiled.scope[node.name].kind not in {"truth", "number"}:
        raise UnwritableError(f"derived {name} is neither a condition nor a number")
    if isinstance(node, Literal) and not is_number:
        raise UnwritableError(f"derived {name} is a constant text")
    return mapper.operand(node) if is_number else mapper.write(node)


def rule_variable(rule: str) -> str:
    """Return the name of the variable that holds a tier rule's condition."""
    return f"rule{camel_case(rule[:1].upper() + rule[1:])}"


def _tier(pack: Pack, mapper: Mapper) -> Iterator[tuple[str, str]]:
    fired: dict[str, list[str]] = {}
    for row in pack.compiled.rules:
        if row.rule.tier is not None:
            name = rule_variable(row.rule.id)
            yield name, mapper.write(row.when)
            fired.setdefault(row.rule.tier, []).append(f"%{name}")
    path = "{}"
    for tier in sorted(pack.tables.tier, key=lambda tier: tier.rank)[::-1]:
        if tier.id in fired:
            path = f"iif({' or '.join(fired[tier.id])}, {text(tier.id)}, {path})"
    yield TIER, path
