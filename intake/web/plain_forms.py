"""Forms without questions of the Questionnaire: a button, protected against forgery."""

from __future__ import annotations

from uuid import uuid4

from flask import request
from wtforms import HiddenField
from wtforms.validators import Length

from intake.web.forms import ProtectedForm


class PlainForm(ProtectedForm):
    """A single button, protected like the questions."""

    def is_sent(self) -> bool:
        """Tell whether the button was pressed on a page of ours."""
        return request.method == "POST" and bool(self.validate())


class SubmitForm(PlainForm):
    """The button that sends the answers; the key makes pressing it twice the same as once."""

    seen = HiddenField(validators=[Length(max=64)])
    """What was shown to be checked, as a digest: what is sent must be the same."""
    key = HiddenField(default=lambda: str(uuid4()), validators=[Length(min=1, max=64)])
