"""What the exported resources of one pack have in common: addresses, version, status."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from fhir.intake import urls
from fhir.intake.export import RESOURCE_SYSTEM
from fhir.intake.rules.fhirpath_text import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.intake.items import Form
    from referral import Pack

Json: TypeAlias = dict[str, Any]
FHIRPATH: Final = "text/fhirpath"
_DEFINITIONS: Final = urls.BASE + "/StructureDefinition/"
VARIABLE: Final = _DEFINITIONS + "rule-variable"
STRENGTH: Final = _DEFINITIONS + "rule-strength"
CONFIDENCE: Final = _DEFINITIONS + "source-confidence"
REMOVES: Final = _DEFINITIONS + "rule-removes"
DEFERS: Final = _DEFINITIONS + "rule-defers"
CONCERNS: Final = _DEFINITIONS + "rule-concerns"
TARGET_DAYS: Final = _DEFINITIONS + "rule-target-days"
PART: Final = _DEFINITIONS + "test-part"

_STATUSES: Final = frozenset({"draft", "active", "retired"})
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Edition:
    """A pack on its way out: for which form, under which base address."""

    pack: Pack
    form: Form
    base: str

    @property
    def status(self) -> str:
        """The first word of the pack's status, if FHIR knows it; else ``draft``."""
        word = re.match(r"\w*", self.pack.tables.header.status.strip())
        status = word[0].casefold() if word else ""
        return status if status in _STATUSES else "draft"

    @property
    def slug(self) -> str:
        """The name of the pack as a part of an address."""
        return slug(self.pack.name)

    def url(self, kind: str, *names: str) -> str:
        """Return the canonical address of a resource of the pack."""
        return f"{self.base}/{kind}/{'-'.join([self.slug, *map(slug, names)])}"

    def canonical(self, kind: str, *names: str) -> str:
        """Return ``url|version`` of a resource of the pack."""
        return f"{self.url(kind, *names)}|{self.pack.version}"

    def uuid(self, kind: str, *names: str) -> str:
        """Return the UUID of a resource, the same in every export of the same version."""
        return str(uuid5(NAMESPACE_URL, self.canonical(kind, *names)))

    def header(self, kind: str, *names: str, title: str) -> Json:
        """Return the elements with which every resource of the pack begins."""
        return {
            "resourceType": kind,
            "url": self.url(kind, *names),
            "identifier": [{"system": RESOURCE_SYSTEM, "value": self.uuid(kind, *names)}],
            "version": self.pack.version,
            "name": _computer_name([self.pack.name, *names]),
            "title": title,
            "status": self.status,
            # What nobody has approved is not for genuine use.
            "experimental": self.status == "draft",
            "date": self.pack.tables.header.date,
        }


def slug(name: str) -> str:
    """Return a name as FHIR allows it in an id. Raises UnwritableError if it can not be one."""
    found = name.replace("_", "-")
    if not _ID.fullmatch(found):
        raise UnwritableError(f"{name!r:.80} can not be an id: letters, digits, - and . only")
    return found


def _computer_name(names: Iterable[str]) -> str:
    words = [word for name in names for word in re.findall(r"[A-Za-z0-9]+", name)]
    found = "".join(word[:1].upper() + word[1:] for word in words)
    return (found if found[:1].isalpha() else f"Pack{found}")[:255]
