"""What the plugin holds for one application; the pages find it by the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.templating import Environment

    from intake.content import RuledContent
    from intake.settings import Settings
    from intake.storage import Storage
    from intake.worker import Worker

NAME: Final = "intake"
"""The key in ``app.extensions``."""


@dataclass(frozen=True, slots=True)
class State:
    """What the plugin holds for one application, as ``app.extensions["intake"]``."""

    settings: Settings
    content: RuledContent
    """The product's own form; `intake.catalogue` finds the others."""
    storage: Storage
    environment: Environment
    actor: Callable[[], str | None]
    """Tells the id of the signed-in clinician, for the audit."""
    worker: Worker | None


def get_state() -> State:
    """Return the state of the current application. Raises RuntimeError where there is none."""
    state: State | None = current_app.extensions.get(NAME)
    if state is None:
        raise RuntimeError("Intake is not set up on this application: call Intake().init_app(app)")
    return state
