"""Attachments and references as answers."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.path.model import is_known_type, is_subtype
from fhir.intake.values.formats import is_number, shown, uri_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Item
    from fhir.intake.values.formats import Fault

Json: TypeAlias = dict[str, Any]
_REST: Final = re.compile(
    r"(?:(?P<server>https?://\S+)/)?(?P<type>[A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(?:/_history/[A-Za-z0-9.-]{1,64})?"
)
_SPACES: Final = re.compile(r"\s+")


def attachment_faults(item: Item, value: Any) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with an attachment: its type, its size, its data."""
    if not isinstance(value, dict):
        yield "not-a-value", f"{shown(value)} is no attachment"
        return
    yield from _type_faults(item, value)
    size, data = value.get("size"), value.get("data")
    length = _length(data)
    if data is not None and length is None:
        yield "attachment-data", "the data is no base64"
    if is_number(size) and length is not None and size != length:
        yield "attachment-size", f"the stated size {shown(size)} is not that of the data, {length}"
    found = max(size if is_number(size) else 0, length or 0)
    limit = item.max_size
    if is_number(limit) and found > limit:
        message = f"the attachment has {shown(found)} bytes, {shown(limit)} are allowed"
        yield "attachment-too-large", message


def _type_faults(item: Item, value: Json) -> Iterator[Fault]:
    kind = value.get("contentType")
    allowed = [name for name in item.mime_types if isinstance(name, str)]
    if kind is None:
        if allowed or "data" in value:
            yield "content-type", "the attachment does not tell its type (contentType)"
    elif allowed and not any(_is_kind(kind, name) for name in allowed):
        message = f"the type {shown(kind)} of the attachment is none of {', '.join(allowed[:5])}"
        yield "content-type", message


def _is_kind(kind: object, allowed: str) -> bool:
    """Tell whether a media type is one of those allowed, such as ``image/*`` or ``image``."""
    if not isinstance(kind, str):
        return False
    given, wanted = (text.partition(";")[0].strip().lower() for text in (kind, allowed))
    stem = wanted.removesuffix("/*").removesuffix("/")
    return given == wanted or ("/" not in stem and given.startswith(f"{stem}/"))


def _length(data: object) -> int | None:
    if not isinstance(data, str):
        return None
    try:
        return len(b64decode(_SPACES.sub("", data), validate=True))
    except (Base64Error, ValueError):
        return None


def reference_faults(item: Item, value: Any) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with a reference: its address, and the type of resource."""
    if not isinstance(value, dict):
        yield "not-a-value", f"{shown(value)} is no reference"
        return
    address = value.get("reference")
    if address is not None and uri_fault(address):
        yield "reference", f"{shown(address)} is no address of a resource"
        return
    if not value.keys() & {"reference", "identifier", "display", "extension"}:
        yield "reference", "the reference refers to nothing"
        return
    kind = reference_type(value)
    if kind is None:
        if item.reference_types and address is not None:
            message = f"{shown(address)} does not tell to what type of resource it refers"
            yield "reference-type-unknown", message
    elif not _is_resource(kind):
        yield "reference-type", f"{shown(kind)} in {shown(address or kind)} is no type of resource"
    elif item.reference_types and kind not in item.reference_types:
        allowed = ", ".join(str(name) for name in item.reference_types[:5])
        yield "reference-type", f"it refers to a resource of type {kind}, not of {allowed}"


def reference_type(reference: Json) -> str | None:
    """Return the type of resource that a reference names, None if it names none."""
    address, kind = reference.get("reference"), reference.get("type")
    found = _REST.fullmatch(address) if isinstance(address, str) else None
    # The last but one part of any other web address is no type.
    if found and (found["server"] is None or found["type"][:1].isupper()):
        return found["type"]
    return kind.rpartition("/")[2] if isinstance(kind, str) and kind else None


@cache
def _is_resource(name: str) -> bool:
    return is_known_type(name) and is_subtype(name, "Resource")
