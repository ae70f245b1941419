"""FHIRPath for R4 questionnaires, evaluated exactly or not at all.

A closed subset of FHIRPath over a QuestionnaireResponse or Questionnaire: what is outside of it
is refused when an expression is compiled, what has no exact result when it is evaluated, both as
PathError. Nothing is looked up elsewhere and no clock is read.
"""

from __future__ import annotations

from fhir.intake.path.errors import OutsideError, PathError
from fhir.intake.path.expression import Path, compile_path
from fhir.intake.path.node import Node, Tree, plain
from fhir.intake.path.quantity import Quantity
from fhir.intake.path.temporal import Temporal

__all__ = [
    "Node",
    "OutsideError",
    "Path",
    "PathError",
    "Quantity",
    "Temporal",
    "Tree",
    "compile_path",
    "plain",
]
