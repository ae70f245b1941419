"""Is a Bundle valid R4: the models of fhir.resources and our own rules together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from fhir.intake.json_walk import is_too_deep
from fhir.intake.problems import Problem
from fhir.intake.resource_rules import check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]
_FORM: Final = "Questionnaire"
_NAMES: Final = ("resourceType", "url", "version", "status")


def validate(bundle: Json) -> list[Problem]:
    """Return every fault of a Bundle. It is only read: write the Bundle, never a model's dump.

    R4B differs from R4 in nothing that the product writes.
    """
    if is_too_deep(bundle):
        return check(bundle)
    problems: list[Problem] = []
    entries = bundle.get("entry")
    if isinstance(entries, list):
        forms = [index for index, entry in enumerate(entries) if _holds_form(entry)]
        entries = entries.copy()
        for index in forms:
            form = entries[index]["resource"]
            problems += _form_problems(form, f"Bundle.entry[{index}].resource")
            entries[index] = entries[index] | {"resource": _outline(form)}
        bundle = bundle | {"entry": entries}
    return list(dict.fromkeys([*check(bundle), *model_problems(bundle), *problems]))


def validate_response(response: Json) -> list[Problem]:
    """Return every fault of a QuestionnaireResponse as a FHIR resource."""
    if is_too_deep(response):
        return check(response)
    return list(dict.fromkeys([*check(response), *model_problems(response)]))


def _holds_form(entry: object) -> bool:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(resource, dict) and resource.get("resourceType") == _FORM


def _outline(form: Json) -> Json:
    return {name: value for name, value in form.items() if name in _NAMES}


def _form_problems(form: Json, place: str) -> Iterator[Problem]:
    for problem in _checked(orjson.dumps(form, option=orjson.OPT_NON_STR_KEYS)):
        yield Problem(place + problem.place.removeprefix(_FORM), problem.message)


@lru_cache(maxsize=4)
def _checked(resource: bytes) -> tuple[Problem, ...]:
    """Check a Questionnaire, once for all the responses of a run that are sent with it."""
    form = orjson.loads(resource)
    return (*check(form), *model_problems(form))


def model_problems(resource: Json) -> Iterator[Problem]:
    """Yield what the models of fhir.resources find wrong with a resource."""
    # Half a second to import, and only an export needs it.
    from pydantic import ValidationError  # noqa: PLC0415

    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    kind = str(resource.get("resourceType"))
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False, include_context=False):
            yield Problem(_place(kind, fault), str(fault["msg"]))
    except (TypeError, LookupError, AttributeError, ValueError) as error:
        # The models trip over some JSON that is no FHIR at all.
        yield Problem(kind, f"can not be read as R4: {error!r:.100}")


def _place(kind: str, fault: Mapping[str, Any]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]]
    return kind + "".join(parts)
