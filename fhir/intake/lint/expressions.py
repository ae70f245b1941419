"""Findings about the expressions of a Questionnaire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.json_walk import objects
from fhir.intake.path import OutsideError, PathError, compile_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from fhir.intake.items import Form

Json: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[str, str, str]
Fault: TypeAlias = tuple[str, str]
_POPULATED: Final = frozenset({urls.POPULATION_CONTEXT, urls.CQF_EXPRESSION})
_CONSTRAINTS: Final = frozenset({urls.CONSTRAINT, urls.TARGET_CONSTRAINT})
_EVALUATED: Final = frozenset(
    {urls.ENABLE_WHEN_EXPRESSION, urls.CALCULATED_EXPRESSION, urls.VARIABLE}
)
_NOT_EVALUATED: Final = frozenset(
    {urls.ANSWER_EXPRESSION, urls.CANDIDATE_EXPRESSION, urls.CONTEXT_EXPRESSION}
)
_KNOWN: Final = _POPULATED | _CONSTRAINTS | _EVALUATED | {urls.INITIAL_EXPRESSION}
_NOT_HERE: Final = frozenset({"questionnaire", "qitem"})
_LONGEST: Final = 400_000
"""Characters of all expressions that are looked at: twice what a form may have."""
_SHOWN: Final = 3


def expression_findings(resource: Json, form: Form) -> Iterator[Row]:
    """Yield code, place and sentence of every expression that does not work here."""
    linter = _Linter(form)
    root = _variables(resource)
    unknown = frozenset(_launched(resource)) | _foreign(resource)
    yield from linter.element(resource, "Questionnaire", (), unknown)
    stack = [(resource, "Questionnaire", root, unknown)]
    while stack:
        element, place, names, unset = stack.pop()
        for index, item in enumerate(objects(element.get("item"))):
            here = f"{place}.item[{index}]"
            also = unset | _foreign(item)
            yield from linter.element(item, here, names, also)
            stack.append((item, here, (*names, *_variables(item)), also))


class _Linter:
    def __init__(self, form: Form) -> None:
        hints = {item.hint.link_id for item in form.items.values() if item.hint}
        self._link_ids = form.items.keys() | hints
        self._left = _LONGEST

    def element(
        self, element: Json, place: str, names: Sequence[str], unset: frozenset[str]
    ) -> Iterator[Row]:
        """Yield the findings about the expressions of the form, or of an item."""
        known = [*names]
        for index, row in enumerate(objects(element.get("extension"))):
            url, value = row.get("url"), _expression(row)
            if value is None or not isinstance(url, str):
                continue
            here = f"{place}.extension[{index}]"
            if url in _NOT_EVALUATED:
                name = url.rsplit("-", 1)[-1]
                yield "expression-not-supported", here, f"{name} is not evaluated here."
            if url not in _KNOWN:
                continue
            found = [*self._faults(value, known, unset)]
            yield from ((code, here, text) for code, text in _told(url, value, found))
            if url == urls.VARIABLE:
                known.append(str(value.get("name")))

    def _faults(self, value: Json, names: Sequence[str], unset: frozenset[str]) -> Iterator[Fault]:
        language, text = value.get("language"), value.get("expression")
        if language != "text/fhirpath" or not isinstance(text, str):
            yield "expression-not-supported", f"An expression in {language!s:.40} is not evaluated."
            return
        self._left -= len(text)
        if self._left < 0:
            yield "cut-short", "There are too many expressions to look at this one."
            return
        try:
            path = compile_path(text, names=(*names, *unset))
        except OutsideError as error:
            yield "expression-not-supported", str(error)
            return
        except PathError as error:
            yield "bad-expression", str(error)
            return
        for name in sorted(path.names & unset - frozenset(names)):
            yield "expression-not-supported", f"The variable %{name} comes from a patient's record."
        for name in sorted(path.names & _NOT_HERE - frozenset(names)):
            yield "expression-not-supported", f"The variable %{name} has no value here."
        yield from self._missing(path.link_ids)

    def _missing(self, link_ids: Collection[str]) -> Iterator[Fault]:
        missing = sorted(name for name in link_ids if name not in self._link_ids)
        if missing:
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            told = ", ".join(f"{name!r:.60}" for name in missing[:_SHOWN])
            yield "bad-expression", f"The form has no linkId {told}{more}."


def _told(url: object, value: Json, found: Sequence[Fault]) -> Iterator[Fault]:
    """Yield what is worth telling, by what the expression is for."""
    if url in _CONSTRAINTS:
        # A constraint that is wrong, too, lets every answer pass: the form itself works.
        if value.get("expression") != urls.NOT_AFTER_TODAY:
            why = "".join(f" {text}" for _, text in found)
            yield "not-enforced", f"This constraint is not checked here.{why}"
    elif url in _EVALUATED or any(code == "bad-expression" for code, _ in found):
        yield from found
    elif found or url in _POPULATED:
        name = str(url).rsplit("/", 1)[-1]
        yield "not-populated", f"{name} is not evaluated: nothing is filled in by it."


def _expression(extension: Json) -> Json | None:
    """Return the expression of an extension, also of a constraint, which holds it further in."""
    for row in (extension, *objects(extension.get("extension"))):
        if isinstance(row.get("valueExpression"), dict):
            return dict(row["valueExpression"])
        if row.get("url") == "expression" and isinstance(row.get("valueString"), str):
            return {"language": "text/fhirpath", "expression": row["valueString"]}
    return None


def _variables(element: Json) -> tuple[str, ...]:
    return tuple(
        str(value.get("name"))
        for value in _expressions(element, urls.VARIABLE)
        if value.get("language") == "text/fhirpath"
    )


def _foreign(element: Json) -> frozenset[str]:
    """Return the variables in other languages, which have no value here."""
    return frozenset(
        str(value.get("name"))
        for value in _expressions(element, urls.VARIABLE)
        if value.get("language") != "text/fhirpath"
    )


def _expressions(element: Json, url: str) -> Iterator[Json]:
    for row in objects(element.get("extension")):
        value = row.get("valueExpression")
        if row.get("url") == url and isinstance(value, dict):
            yield value


def _launched(resource: Json) -> Iterator[str]:
    """Yield the names of what a launch would bring: none is brought here."""
    for row in objects(resource.get("extension")):
        if row.get("url") == urls.LAUNCH_CONTEXT:
            for part in objects(row.get("extension")):
                name = _code(part.get("valueCoding")) or part.get("valueId")
                if part.get("url") == "name" and isinstance(name, str):
                    yield name


def _code(coding: Any) -> Any:  # any JSON value
    return coding.get("code") if isinstance(coding, dict) else None
