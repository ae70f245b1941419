"""The Questionnaires and lists of answers at hand, and which of them a response answers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.intake.json_walk import objects
from fhir.intake.loading import load_form
from fhir.intake.value_sets import Terminology, standard_terminology

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhir.intake.items import Form

Json: TypeAlias = dict[str, Any]
MAX_BUNDLES: int = 10
"""Bundles within Bundles that are looked into."""


class Sources:
    """Resources that were given: Questionnaires, ValueSets, CodeSystems, Bundles of them.

    ``forms`` are ready already; one that was given as a resource goes before them.
    """

    def __init__(self, resources: Iterable[Any] = (), forms: Iterable[Form] = ()) -> None:
        """Take the resources as JSON, also files that list them as ``supporting``."""
        self._resources = [*_flatten(resources)]
        self._forms = tuple(forms)

    @cached_property
    def _terminology(self) -> Terminology:
        lists = [each for each in self._resources if _kind(each) in {"ValueSet", "CodeSystem"}]
        return Terminology(lists, standard_terminology())

    @property
    def questionnaires(self) -> list[Json]:
        """The Questionnaires that were given."""
        return [each for each in self._resources if _kind(each) == "Questionnaire"]

    def form_of(self, response: Json) -> Form | None:
        """Return the form that a response names, None if it is not at hand.

        One that names none answers the only Questionnaire that was given. Raises
        QuestionnaireError for a Questionnaire that can not be used.
        """
        name = response.get("questionnaire")
        given = self.questionnaires
        if name is None and len(given) == 1:
            return load_form(given[0], self._terminology, ruled=False)
        if not isinstance(name, str) or not name:
            return None
        if name.startswith("#"):
            return self._contained(response, name)
        for resource in reversed(given):
            if _is_named(name, resource.get("url"), resource.get("version")):
                return load_form(resource, self._terminology, ruled=False)
        return next((f for f in self._forms if _is_named(name, f.url, f.version)), None)

    def _contained(self, response: Json, name: str) -> Form | None:
        contained = objects(response.get("contained"))
        for resource in contained:
            if _kind(resource) == "Questionnaire" and f"#{resource.get('id')}" == name:
                return load_form(resource, Terminology(contained, self._terminology), ruled=False)
        return None


def _is_named(name: str, url: object, version: object) -> bool:
    """Tell whether a canonical address, with or without version, names a resource."""
    address, _, wanted = name.partition("#")[0].partition("|")
    return address == url and (not wanted or wanted == version)


def _kind(resource: Json) -> object:
    return resource.get("resourceType")


def _flatten(resources: Iterable[Any]) -> Iterator[Json]:
    level = [each for each in resources if isinstance(each, dict)]
    for _ in range(MAX_BUNDLES):
        inner: list[Json] = []
        for resource in level:
            if _kind(resource) == "Bundle":
                entries = objects(resource.get("entry"))
                inner += objects([entry.get("resource") for entry in entries])
            elif _kind(resource) is None:
                inner += objects(resource.get("supporting"))
            else:
                yield resource
        level = inner
