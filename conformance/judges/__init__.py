"""The judges, in the order in which they are heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.judges import (
    fhirpath_js,
    hapi_server,
    hapi_validator,
    lforms,
    medplum,
    rules,
    smart_forms,
    verapdf,
)

if TYPE_CHECKING:
    from conformance.verdict import Judge

JUDGES: Final[tuple[Judge, ...]] = (
    hapi_validator.JUDGE,
    medplum.MEDPLUM,
    medplum.SCHEMA,
    fhirpath_js.JUDGE,
    rules.JUDGE,
    lforms.JUDGE,
    smart_forms.JUDGE,
    hapi_server.JUDGE,
    verapdf.VERAPDF,
    verapdf.QPDF,
)
