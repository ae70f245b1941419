"""Spoiled files, which a judge must refuse: one that accepts them proves nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.verdict import JudgeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from conformance.messages import Message
    from conformance.subject import Subject


def spoiled_responses(subject: Subject) -> list[Path]:
    """Write responses with one fault each, that every validator of R4 knows, and return them."""
    good = json.loads(subject.cases[0].response.read_bytes())
    spoiled: dict[str, dict[str, Any]] = {
        "unknown-element": {**good, "colour": "blue"},
        "wrong-type": {**good, "authored": ["2026-11-22"]},
        "two-statuses": {**good, "status": ["completed", "amended"]},
    }
    return [_write(subject.folder / "spoiled" / name, body) for name, body in spoiled.items()]


def spoiled_answers(subject: Subject) -> list[Path]:
    """Write responses that are sound R4 and do not fit the Questionnaire, and return them."""
    text = subject.cases[0].response.read_text(encoding="utf-8")
    good = json.loads(text)
    other_link = json.loads(text.replace('"linkId":"consent"', '"linkId":"no_such_item"'))
    other_order = {**good, "item": good["item"][::-1]}
    other_text = json.loads(json.dumps(good))
    other_text["item"][0]["text"] = "Another text"
    spoiled = {"unknown-link": other_link, "order": other_order, "text": other_text}
    return [_write(subject.folder / "spoiled" / name, body) for name, body in spoiled.items()]


def check_refused(spoiled: Sequence[Path], messages: Iterable[Message]) -> None:
    """Raise JudgeError that names a spoiled file without an error message."""
    refused = {message.file for message in messages if message.is_error}
    for path in spoiled:
        if str(path) not in refused:
            raise JudgeError(f"it accepts a file that was spoiled on purpose: {path.parent.name}")


def _write(folder: Path, body: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "questionnaire-response.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return path
