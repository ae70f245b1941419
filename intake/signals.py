"""What the plugin tells a host application. Sent after the commit; ids only, never answers.

The sender is the application. ``visit`` and ``submission`` are ids of the plugin's own records.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from blinker import Namespace
from flask import current_app

if TYPE_CHECKING:
    from blinker import NamedSignal

_LOG: Final = logging.getLogger(__name__)
_signals = Namespace()

intake_started = _signals.signal("intake-started")
"""A patient has begun a form: ``visit``."""
intake_saved = _signals.signal("intake-saved")
"""The answers of a page are stored: ``visit``, ``page``."""
red_flag_raised = _signals.signal("red-flag-raised")
"""An emergency page was shown to the patient: ``visit``, ``page``."""
intake_stopped = _signals.signal("intake-stopped")
"""A patient refused the use of the answers; they are deleted: ``visit``."""
intake_submitted = _signals.signal("intake-submitted")
"""A form was sent: ``visit``, ``submission``."""
summary_made = _signals.signal("summary-made")
"""PDF and Bundle of a submission are stored: ``submission``."""
summary_failed = _signals.signal("summary-failed")
"""They could not be made, and are not tried again by themselves: ``submission``."""


def tell(signal: NamedSignal, **ids: str) -> None:
    """Send a signal of the current application to all who listen.

    What is told is done already: a listener that fails is logged, by the class of its error only,
    and stops neither the others nor the answer to the patient.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    for receiver in signal.receivers_for(app):
        try:
            receiver(app, **ids)
        except Exception as error:  # noqa: BLE001  # the host's own code
            _LOG.error("a listener of %s: %s", signal.name, type(error).__name__)
