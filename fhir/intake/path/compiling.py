"""Parts to closures. What is outside the subset is refused here, before any evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake.path import chains, collecting, conversions, filtering, mathematics, texts
from fhir.intake.path.errors import OutsideError, PathError
from fhir.intake.path.node import Tree
from fhir.intake.path.operators import negative, positive
from fhir.intake.path.steps import (
    code_criterion,
    index,
    is_repeat_item,
    member,
    remembered,
    type_function,
    where_code,
)
from fhir.intake.path.syntax import (
    Call,
    Chain,
    Index,
    Literal,
    Member,
    Sign,
    Special,
    Steps,
    TypeName,
    Variable,
)
from fhir.intake.path.type_tests import resolve_type

if TYPE_CHECKING:
    from fhir.intake.path.evaluation import Evaluate, Frame
    from fhir.intake.path.functions import Function
    from fhir.intake.path.node import Items
    from fhir.intake.path.steps import Step
    from fhir.intake.path.syntax import Part

_FUNCTIONS: Final[dict[str, Function]] = {
    **filtering.FUNCTIONS,
    **collecting.FUNCTIONS,
    **texts.FUNCTIONS,
    **mathematics.FUNCTIONS,
    **conversions.FUNCTIONS,
}
_OUTSIDE: Final = frozenset(
    {"resolve", "memberOf", "conformsTo", "subsumes", "subsumedBy", "elementDefinition", "slice"}
    | {"checkModifiers", "htmlChecks", "type", "sort", "coalesce", "weight", "ordinal"}
    | {"defineVariable", "toLong", "convertsToLong", "lastIndexOf", "encode", "decode", "escape"}
    | {
        "unescape",
        "lowBoundary",
        "highBoundary",
        "precision",
        "comparable",
        "answers",
        "difference",
    }
    | {f"{part}Of" for part in ("year", "month", "day", "hour", "minute", "second", "millisecond")}
    | {"timezoneOffsetOf", "dateOf", "timeOf", "duration"}
)
"""Functions of FHIRPath, FHIR and SDC that are not in the subset."""
_RESOURCE: Final = Variable("resource")
_STEP_ITEMS: Final = 16  # items whose copying costs about as much as a step
_TYPE_FUNCTIONS: Final = {"is", "as", "ofType"}
_CONSTANTS: Final = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}


class Compiler:
    """Compiles the parts of one expression and notes what it reads."""

    def __init__(self, names: frozenset[str]) -> None:
        """Take the names of the variables that may be read."""
        self._allowed = names
        self.names: set[str] = set()
        self.link_ids: set[str] = set()

    def compile(self, part: Part | None, scope: frozenset[str]) -> Evaluate:
        """Return the closure of a part; ``scope`` has the names after ``$`` that exist here."""
        match part:
            case None:
                return lambda frame: frame.focus
            case Literal(values=values):
                return lambda _: list(values)
            case Variable(name=name):
                return self._variable(name)
            case Special(name=name):
                return _special(name, scope)
            case Sign(sign=sign, part=inner):
                operand = self.compile(inner, scope)
                operate = negative if sign == "-" else positive
                return lambda frame: operate(operand(frame))
            case Steps():
                return self._path(part, scope)
            case Chain():
                return self._chain(part, scope)
            case TypeName(name=name, column=column):
                raise PathError(f"Column {column}: the type {name} is no value.")
        raise TypeError(part)

    def _variable(self, name: str) -> Evaluate:
        if name in _CONSTANTS and name not in self._allowed:
            constant = _CONSTANTS[name]
            return lambda _: [constant]
        if name not in self._allowed:
            raise PathError(f"The variable %{name} is not known.")
        self.names.add(name)

        def read(frame: Frame) -> Items:
            return frame.run.variables[name]

        return read

    def _path(self, part: Steps, scope: frozenset[str]) -> Evaluate:
        start = self.compile(part.start, scope)
        steps: list[Step] = []
        for position, step in enumerate(part.steps):
            is_first = part.start is None and position == 0
            steps.append(self._step(step, scope, is_first=is_first))
        if part.start == _RESOURCE and is_repeat_item(part.steps[0]):
            steps = _remembering(part, steps)
        if len(steps) == 1:
            only = steps[0]
            return lambda frame: only(frame, start(frame))

        def walk(frame: Frame) -> Items:
            items = start(frame)
            for step in steps:
                items = step(frame, items)
            return items

        return walk

    def _step(self, step: Member | Call | Index, scope: frozenset[str], *, is_first: bool) -> Step:
        match step:
            case Member(name=name):
                return member(name, is_first=is_first)
            case Index(position=position):
                return index(self.compile(position, scope))
            case Call(name=name) if name in _TYPE_FUNCTIONS:
                return type_function(step)
            case Call():
                return self._call(step, scope)
        raise TypeError(step)

    def _call(self, call: Call, scope: frozenset[str]) -> Step:
        name, function = call.name, _FUNCTIONS.get(call.name)
        if function is None:
            error = OutsideError if name in _OUTSIDE else PathError
            raise error(f"Column {call.column}: the function {name}() is not supported.")
        count = len(call.arguments)
        if not function.least <= count <= function.most:
            raise PathError(f"Column {call.column}: {name}() does not take {count} arguments.")
        _check_pattern(call)
        inner = scope | ({"index"} if function.loops else set())
        inner |= {"total"} if function.totals else set()
        arguments = [self.compile(part, inner) for part in call.arguments]
        code = code_criterion(call.arguments[0]) if name == "where" else None
        if code:
            return where_code(*code, arguments)
        run = function.run
        if function.lazy:
            return lambda frame, items: run(frame, items, arguments)
        return _eager(run, arguments)

    def _chain(self, chain: Chain, scope: frozenset[str]) -> Evaluate:
        first = self.compile(chain.first, scope)
        left = chain.first
        rest: list[tuple[Any, Any]] = []
        for sign, part in chain.rest:
            if isinstance(part, TypeName):
                rest.append((sign, resolve_type(part.name, part.column)))
                continue
            if sign in {"=", "!=", "in", "~"}:
                self._note_link_ids(left, part)
            rest.append((sign, self.compile(part, scope)))
            left = part
        sign = chain.rest[0][0]
        if sign in {"is", "as"}:
            return chains.type_chain(first, rest)
        if sign in {"and", "or", "xor"}:
            return chains.logic(first, rest)
        if sign == "implies":
            return chains.implication(first, rest)
        return chains.operation(first, rest)

    def _note_link_ids(self, left: Part, right: Part) -> None:
        for one, two in ((left, right), (right, left)):
            last = one.steps[-1] if isinstance(one, Steps) else None
            if isinstance(last, Member) and last.name == "linkId":
                values = two.rest if isinstance(two, Chain) else ()
                literals = [two.first, *(v for _, v in values)] if isinstance(two, Chain) else [two]
                for literal in literals:
                    if isinstance(literal, Literal):
                        self.link_ids |= {v for v in literal.values if isinstance(v, str)}


def _remembering(part: Steps, steps: list[Step]) -> list[Step]:
    """Let ``%resource.repeat(item)``, and its commonest criterion, use what a tree remembers."""
    match part.steps[1:2]:
        case (Call(name="where", arguments=(criterion,)),):
            code = code_criterion(criterion)
            if code and code[0] == "linkId":
                return [_either(steps[0], steps[1], code[1]), *steps[2:]]
    return [remembered(steps[0], None), *steps[1:]]


def _either(repeat: Step, where: Step, link_id: str) -> Step:
    found = remembered(repeat, link_id)

    def step(frame: Frame, items: Items) -> Items:
        if len(items) == 1 and isinstance(items[0], Tree):
            return found(frame, items)
        return where(frame, repeat(frame, items))

    return step


def _check_pattern(call: Call) -> None:
    """Refuse a regular expression that RE2 cannot run, and one that is not known yet."""
    if call.name in {"matches", "matchesFull", "replaceMatches"}:
        pattern = call.arguments[0]
        if not isinstance(pattern, Literal):
            raise OutsideError(f"Column {call.column}: {call.name}() needs a constant pattern.")
        for text in pattern.values:
            if isinstance(text, str):
                texts.regular_expression(text)


def _eager(run: Any, arguments: list[Evaluate]) -> Step:
    def step(frame: Frame, items: Items) -> Items:
        values = [argument(frame) for argument in arguments]
        frame.run.spend(1 + (len(items) + sum(map(len, values))) // _STEP_ITEMS)
        return run(frame, items, values)  # type: ignore[no-any-return]

    return step


def _special(name: str, scope: frozenset[str]) -> Evaluate:
    if name not in scope:
        raise PathError(f"${name} has no meaning here.")
    if name == "this":
        return lambda frame: frame.focus
    if name == "index":
        return lambda frame: [] if frame.index is None else [frame.index]
    return lambda frame: frame.total or []
