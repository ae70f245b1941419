"""The result of a submission as one receiver takes it: a file more, or only the account of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from fhir.intake.receivers import GENERIC
from fhir.intake.receivers.plan import make_plan
from fhir.intake.receivers.text import plan_lines
from intake.processing import BUNDLE

if TYPE_CHECKING:
    from fhir.intake.receivers import Receiver
    from fhir.intake.receivers.plan import Plan
    from intake.processing import Result


def with_receiver(result: Result, receiver: Receiver) -> Result:
    """Add the file of what is sent to a receiver; the generic one takes the Bundle as it is.

    Without a Bundle, or if nothing can be sent, there is no such file and a note says why.
    """
    plan = None if receiver.name == GENERIC else _plan(result, receiver)
    if plan is None:
        return result
    if not plan.entries:
        note = f"nothing for {receiver.name}: it takes none of the resources"
        return replace(result, notes=(*result.notes, note))
    fault = _fault(plan)
    if fault:
        return replace(result, notes=(*result.notes, fault), failed=True)
    name, content = plan.file()
    return replace(result, files={**result.files, name: content})


def dry_run(result: Result, receiver: Receiver) -> tuple[Result, tuple[str, ...]]:
    """Return the result without files, and line by line what would be sent, and why."""
    nothing = replace(result, files={})
    plan = _plan(result, receiver)
    if plan is None:
        # Why there is no Bundle is the last thing that was noted.
        *notes, refusal = result.notes
        title = f"receiver {receiver.name}: {receiver.title}"
        return replace(nothing, notes=(*notes,)), (title, f"would be sent: nothing; {refusal}")
    fault = _fault(plan)
    if fault:
        nothing = replace(nothing, notes=(*result.notes, fault), failed=True)
    return nothing, (*plan_lines(plan),)


def _plan(result: Result, receiver: Receiver) -> Plan | None:
    bundle = result.files.get(BUNDLE)
    return make_plan(json.loads(bundle), receiver) if bundle is not None else None


def _fault(plan: Plan) -> str | None:
    faults = plan.faults()
    name = plan.receiver.name
    return f"nothing for {name}: it would not be valid FHIR: {faults[0]}" if faults else None
