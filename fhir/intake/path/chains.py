"""How the operators of a chain are applied, from the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhir.intake.path.evaluation import truth
from fhir.intake.path.operators import OPERATORS
from fhir.intake.path.steps import type_test

if TYPE_CHECKING:
    from fhir.intake.path.evaluation import Evaluate, Frame
    from fhir.intake.path.node import Items


def type_chain(first: Evaluate, rest: list[tuple[str, tuple[str, str]]]) -> Evaluate:
    """Apply is and as."""

    def evaluate(frame: Frame) -> Items:
        items = first(frame)
        for sign, wanted in rest:
            items = type_test(sign, items, wanted)
        return items

    return evaluate


def logic(first: Evaluate, rest: list[tuple[str, Evaluate]]) -> Evaluate:
    """Apply and, or and xor from the left; what is decided already is not evaluated."""

    def evaluate(frame: Frame) -> Items:
        frame.run.spend(len(rest))
        value = truth(first(frame), rest[0][0])
        for sign, operand in rest:
            if value is (sign == "or") and sign != "xor":
                continue
            other = truth(operand(frame), sign)
            if sign == "xor":
                value = None if value is None or other is None else value != other
            elif other is (sign == "or") or value is not None:
                value = other
        return [] if value is None else [value]

    return evaluate


def implication(first: Evaluate, rest: list[tuple[str, Evaluate]]) -> Evaluate:
    """Apply implies: what follows from false is true, also from unknown to true."""

    def evaluate(frame: Frame) -> Items:
        frame.run.spend(len(rest))
        value = truth(first(frame), "implies")
        for _, operand in rest:
            other = True if value is False else truth(operand(frame), "implies")
            value = other if value or other else None
        return [] if value is None else [value]

    return evaluate


def operation(first: Evaluate, rest: list[tuple[str, Evaluate]]) -> Evaluate:
    """Apply operators that need both sides."""
    if len(rest) == 1:
        ((sign, operand),) = rest
        operate = OPERATORS[sign]

        def evaluate_one(frame: Frame) -> Items:
            frame.run.spend(1)
            return operate(frame.run, first(frame), operand(frame))

        return evaluate_one
    parts = [(OPERATORS[sign], operand) for sign, operand in rest]

    def evaluate(frame: Frame) -> Items:
        frame.run.spend(len(parts))
        items = first(frame)
        for operate, operand in parts:
            items = operate(frame.run, items, operand(frame))
        return items

    return evaluate
