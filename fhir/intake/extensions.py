"""Extensions and choice elements of FHIR JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.form_elements import is_whole
from fhir.intake.json_walk import objects

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = dict[str, Any]
_FHIRPATH: Final = "text/fhirpath"


class Extensions:
    """The extensions of one element, by url. What is no extension, or of another type, is none."""

    def __init__(self, element: Json) -> None:
        """Take the element that holds them."""
        self._rows = objects(element["extension"]) if "extension" in element else ()

    def all(self, url: str) -> Iterator[Json]:
        """Yield every extension of a url."""
        return (row for row in self._rows if row.get("url") == url)

    def value(self, *urls: str) -> Any:
        """Return the value of the first extension of the first of the urls that is there."""
        for url in urls:
            for row in self.all(url):
                return element_value(row, "value")
        return None

    def values(self, url: str) -> tuple[Any, ...]:
        """Return the values of all extensions of a url."""
        return tuple(element_value(row, "value") for row in self.all(url))

    def text(self, url: str) -> str | None:
        """Return the value of an extension that holds a text."""
        value = self.value(url) if self._rows else None
        return value if isinstance(value, str) else None

    def whole(self, url: str) -> int | None:
        """Return the value of an extension that holds an integer."""
        value = self.value(url) if self._rows else None
        return value if is_whole(value) else None

    def texts(self, url: str) -> tuple[str, ...]:
        """Return the values of all extensions of a url that hold texts."""
        return tuple(value for value in self.values(url) if isinstance(value, str))

    def expression(self, url: str) -> str | None:
        """Return the FHIRPath of an extension; None where there is none or another language."""
        for row in self._fhirpath(url):
            return str(row["expression"])
        return None

    def variables(self, url: str) -> tuple[tuple[str, str], ...]:
        """Return name and FHIRPath of the variables that an element defines, in order."""
        rows = (row for row in self._fhirpath(url) if isinstance(row.get("name"), str))
        return tuple((row["name"], row["expression"]) for row in rows)

    def _fhirpath(self, url: str) -> Iterator[Json]:
        for row in objects([*self.values(url)]) if self._rows else ():
            if row.get("language") == _FHIRPATH and isinstance(row.get("expression"), str):
                yield row


def element_value(element: Json, prefix: str) -> Any:
    """Return the value of a choice element such as ``value[x]`` or ``answer[x]``."""
    return typed_value(element, prefix)[1]


def typed_value(element: Json, prefix: str) -> tuple[str, Any]:
    """Return name and value of a choice element: ``("valueCoding", {...})``."""
    for key, value in element.items():
        if key.startswith(prefix) and key != prefix:
            return key, value
    return "", None
