"""What the pages say about saving and sending, beside the questions themselves."""

from __future__ import annotations

from typing import Final

SAVE_FAILED: Final = "We could not save your answers. Please try again."
SEND_AGAIN: Final = "Please select the button again. Your answers are still here."
"""After a token against forgery that is missing or of another session."""
START_AGAIN: Final = (
    "Please select Start again. If you see this twice, let this browser keep cookies."
)
SEND_FAILED: Final = "We could not send your form. Your answers are still here. Please try again."
CLOSED_TITLE: Final = "We cannot find your form"
CLOSED: Final = (
    "You were away for a while, or this browser does not keep cookies. Please start again."
)
OTHER_FORM: Final = (
    "You have started another form in this browser since. This page is not part of it, and was not"
    " saved."
)
LATE_TITLE: Final = "This page was not added"
CHANGED: Final = "Your answers have changed since you saw them here. Please check them again."
CHECK_TITLE: Final = "Check your answers"
DONE_TITLE: Final = "We have your answers"
UNTITLED: Final = "Pre-visit form"
RETIRED_TITLE: Final = "This form is closed"
RETIRED: Final = "It takes no new answers. If you were asked to fill it in, call us."
