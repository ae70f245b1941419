"""Checkout only: the installed ``fhir`` belongs to fhir.resources (docs/architecture.md)."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
