"""The addresses of forms: the product's own at the root, a stored one below ``/q/<slug>/``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from flask import abort, current_app, g, request

from intake.storage.tables import SLUG_LENGTH

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import RouteCallable

PATIENT: Final = "intake_patient"
"""The name of the blueprint of the patient's pages."""
_SLUG: Final = "slug"
_BELOW: Final = f"/q/<{_SLUG}>"
_NAME: Final = re.compile(f"[a-z0-9-]{{1,{SLUG_LENGTH}}}")


def add_form_rule(
    pages: Blueprint, rule: str, endpoint: str, view: RouteCallable, method: str = "GET"
) -> None:
    """Register a page of the product's own form, and the same page of every stored form."""
    for prefix in ("", _BELOW):
        pages.add_url_rule(f"{prefix}{rule}", endpoint, view, methods=[method])


def choose_form(_: str | None, values: dict[str, Any] | None) -> None:
    """Take the name of the form out of what a view is called with; 404 for what can be none."""
    g.intake_content = None
    g.intake_slug = slug = (values or {}).pop(_SLUG, None)
    if slug is not None and not _NAME.fullmatch(slug):
        abort(404)


def stay_with_form(endpoint: str, values: dict[str, Any]) -> None:
    """Make the addresses of pages those of the form of this request."""
    slug = current_slug()
    if slug is not None and current_app.url_map.is_endpoint_expecting(endpoint, _SLUG):
        values.setdefault(_SLUG, slug)


def current_slug() -> str | None:
    """Return the name in the address of a stored form; None where the request is for none."""
    if request.blueprint != PATIENT:
        return None
    slug: str | None = g.get("intake_slug")
    return slug
