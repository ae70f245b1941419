"""What the plugin tells a host application. Sent after the commit; ids only, never answers.

The sender is the application. ``visit`` and ``submission`` are ids of the plugin's own records.
"""

from __future__ import annotations

from blinker import Namespace

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
"""A form was sent: ``visit``, ``submission``, ``tier`` (None when nothing can be said)."""
summary_made = _signals.signal("summary-made")
"""PDF and Bundle of a submission are stored: ``submission``."""
summary_failed = _signals.signal("summary-failed")
"""They could not be made, and are not tried again by themselves: ``submission``."""
