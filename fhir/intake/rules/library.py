"""The variables of a pack as a Library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake import urls
from fhir.intake.rules.edition import FHIRPATH, VARIABLE
from fhir.intake.rules.variables import rule_variables

if TYPE_CHECKING:
    from fhir.intake.rules.edition import Edition, Json

KIND: Final = "Library"
VARIABLES: Final = "variables"
_DESCRIPTION: Final = """\
The variables that the conditions of the PlanDefinition read. Whoever applies the plan evaluates \
the extensions `rule-variable` of this Library in their order, each once, over the \
QuestionnaireResponse as `%resource` and the variables before it, and binds each result, also an \
empty one, under its name. An empty result means that the answer is not known. A variable that is \
not bound is a fault, not an empty one."""


def library(edition: Edition) -> Json:
    """Build the Library. Raises UnwritableError for what FHIRPath can not say.

    R4 has its ``variable`` extension for a Questionnaire only, so this one is our own; its value
    is R4's named Expression.
    """
    title = f"{edition.pack.tables.header.title}: variables"
    return {
        **edition.header(KIND, VARIABLES, title=title),
        "type": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/library-type",
                    "code": "logic-library",
                    "display": "Logic Library",
                }
            ]
        },
        "description": _DESCRIPTION,
        "relatedArtifact": [{"type": "depends-on", "resource": edition.form.canonical}],
        "parameter": [
            {
                "name": "resource",
                "use": "in",
                "documentation": "The response to which the plan is applied",
                "type": "QuestionnaireResponse",
                "profile": urls.SDC_RESPONSE,
            }
        ],
        "extension": [
            {
                "url": VARIABLE,
                "valueExpression": {"name": name, "language": FHIRPATH, "expression": path},
            }
            for name, path in rule_variables(edition.pack, edition.form)
        ],
    }
