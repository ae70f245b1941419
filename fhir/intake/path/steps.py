"""The steps of a path: children, an index, a type, and the commonest criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.path import filtering
from fhir.intake.path.errors import PathError
from fhir.intake.path.evaluation import single_integer
from fhir.intake.path.node import Node, Tree, child
from fhir.intake.path.syntax import Call, Chain, Index, Literal, Member, Steps
from fhir.intake.path.type_tests import is_of_type, is_type, resolve_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.intake.path.evaluation import Evaluate, Frame
    from fhir.intake.path.node import Items
    from fhir.intake.path.syntax import Part

    Step = Callable[[Frame, Items], Items]

_CODES: Final = {"linkId", "url", "system", "code"}  # elements whose text is no date
_ITEM: Final = (Steps(None, (Member("item"),)),)
_ROOTS: Final = {"Resource", "DomainResource"}


def member(name: str, *, is_first: bool) -> Step:
    """Return the step to the children of a name."""

    def step(frame: Frame, items: Items) -> Items:
        found: Items = []
        frame.run.spend(len(items) + 1)
        for item in items:
            if isinstance(item, Node):
                child(item, name, found)
        return found

    if not is_first or not name[:1].isupper():
        return step

    def start(frame: Frame, items: Items) -> Items:
        """Read ``Questionnaire.item`` from a Questionnaire: the type stands for the resource."""
        kept = [item for item in items if isinstance(item, Node) and _is_resource(item, name)]
        return kept or step(frame, items)

    return start


def _is_resource(node: Node, name: str) -> bool:
    kind = node.json.get("resourceType") if isinstance(node.json, dict) else None
    return kind is not None and (kind == name or name in _ROOTS)


def index(position: Evaluate) -> Step:
    """Return the step to the item at a position from 0."""

    def step(frame: Frame, items: Items) -> Items:
        at = single_integer(position(frame), "[]")
        return items[at : at + 1] if at is not None and at >= 0 else []

    return step


def type_function(call: Call) -> Step:
    """Return the step of is(), as() or ofType()."""
    if len(call.arguments) != 1:
        raise PathError(f"Column {call.column}: {call.name}() needs one type.")
    argument = call.arguments[0]
    names = []
    if isinstance(argument, Steps) and argument.start is None:
        names = [step.name for step in argument.steps if isinstance(step, Member)]
    if not names or not isinstance(argument, Steps) or len(names) != len(argument.steps):
        raise PathError(f"Column {call.column}: {call.name}() needs the name of a type.")
    wanted = resolve_type(".".join(names), call.column)
    if call.name == "ofType":
        return lambda _, items: [item for item in items if is_of_type(item, wanted)]
    sign = call.name
    return lambda _, items: type_test(sign, items, wanted)


def type_test(sign: str, items: Items, wanted: tuple[str, str]) -> Items:
    """Apply is or as to a collection of at most one item."""
    if len(items) > 1:
        raise PathError(f"{sign} needs one value but got {len(items)}.")
    if not items:
        return []
    found = is_type(items[0], wanted)
    return [found] if sign == "is" else items if found else []


def remembered(step: Step, link_id: str | None) -> Step:
    """Return ``repeat(item)`` of a resource, of one linkId or of all, kept in a ``Tree``."""

    def walk(frame: Frame, items: Items) -> Items:
        tree = items[0] if len(items) == 1 else None
        if not isinstance(tree, Tree):
            return step(frame, items)
        if tree.items is None:
            tree.remember(step(frame, items))
        frame.run.spend(1)
        return tree.by_link_id.get(link_id, []) if link_id is not None else tree.items or []

    return walk


def is_repeat_item(step: Part | Member | Call | Index) -> bool:
    """Recognise ``repeat(item)``."""
    return isinstance(step, Call) and step.name == "repeat" and step.arguments == _ITEM


def code_criterion(part: Part) -> tuple[str, str] | None:
    """Recognise ``linkId = 'x'``, the commonest criterion."""
    match part:
        case Chain(
            first=Steps(start=None, steps=(Member(name=name),)),
            rest=(("=", Literal(values=(str() as text,))),),
        ) if name in _CODES:
            return name, text
    return None


def where_code(name: str, text: str, arguments: list[Evaluate]) -> Step:
    """Return where() for that criterion; what is no plain text there is evaluated in full."""

    def step(frame: Frame, items: Items) -> Items:
        frame.run.spend(len(items))
        found: Items = []
        for index, item in enumerate(items):
            json = item.json if isinstance(item, Node) else None
            value = json.get(name) if type(json) is dict else None
            if type(value) is str:
                if value == text:
                    found.append(item)
            elif filtering.where(frame.of(item, index), [item], arguments):
                found.append(item)
        return found

    return step
