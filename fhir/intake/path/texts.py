"""Functions over text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.path.errors import OutsideError, PathError
from fhir.intake.path.evaluation import (
    MAX_STRING,
    describe,
    single_integer,
    single_text,
)
from fhir.intake.path.functions import Function
from fhir.intake.path.node import value_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.intake.path.evaluation import Frame
    from fhir.intake.path.node import Items


def _text(name: str, change: Callable[[str], Any]) -> Function:
    """Make a function of one text."""

    def run(frame: Frame, items: Items, _arguments: list[Items]) -> Items:
        text = single_text(items, f"{name}()")
        if text is None:
            return []
        found = change(frame.run.text(text))
        return [frame.run.text(found)] if isinstance(found, str) else [found]

    return Function(0, 0, run)


def _texts(name: str, change: Callable[[str, str], Any]) -> Function:
    """Make a function of one text and another."""

    def run(frame: Frame, items: Items, arguments: list[Items]) -> Items:
        text = single_text(items, f"{name}()")
        other = single_text(arguments[0], f"{name}()")
        if text is None or other is None:
            return []
        found = change(frame.run.text(text), frame.run.text(other))
        if isinstance(found, list):
            frame.run.spend(len(found))
            return found
        return [found]

    return Function(1, 1, run)


def _substring(frame: Frame, items: Items, arguments: list[Items]) -> Items:
    text = single_text(items, "substring()")
    start = single_integer(arguments[0], "substring()")
    if text is None or start is None or not 0 <= start < len(text):
        return []
    length = single_integer(arguments[1], "substring()") if len(arguments) > 1 else None
    frame.run.text(text)
    return [text[start:] if length is None else text[start : start + max(0, length)]]


def _replace(frame: Frame, items: Items, arguments: list[Items]) -> Items:
    text = single_text(items, "replace()")
    old, new = (single_text(argument, "replace()") for argument in arguments)
    if text is None or old is None or new is None:
        return []
    if len(text) + text.count(old) * max(0, len(new) - len(old)) > MAX_STRING:
        raise PathError(f"A text grows beyond {MAX_STRING:,} characters.")
    return [frame.run.text(frame.run.text(text).replace(old, new))]


def _split(text: str, separator: str) -> Items:
    parts = list(text) if separator == "" else text.split(separator)
    return [*parts]


def _characters(frame: Frame, items: Items) -> Items:
    text = single_text(items, "toChars()") or ""
    frame.run.spend(len(text))
    return [*text]


def _join(frame: Frame, items: Items, arguments: list[Items]) -> Items:
    separator = (single_text(arguments[0], "join()") or "") if arguments else ""
    frame.run.spend(len(items))
    texts = [value_of(item) for item in items]
    texts = [text for text in texts if text is not None]
    for text in texts:
        if not isinstance(text, str):
            raise PathError(f"join() needs text but got {describe(text)}.")
    if sum(map(len, texts)) + len(texts) * len(separator) > MAX_STRING:
        raise PathError(f"A text grows beyond {MAX_STRING:,} characters.")
    return [frame.run.text(separator.join(texts))] if texts else []


@lru_cache(maxsize=512)
def regular_expression(pattern: str) -> Any:
    """Compile a regular expression for RE2; raises OutsideError when RE2 cannot run it."""
    try:
        import re2  # noqa: PLC0415  # many forms need no engine
    except ImportError:
        raise OutsideError("matches() needs the package google-re2.") from None
    options = re2.Options()
    options.log_errors = False
    options.dot_nl = True
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise OutsideError(f"RE2 cannot run the regular expression: {reason[:200]}.") from None


def _replace_matches(frame: Frame, items: Items, arguments: list[Items]) -> Items:
    text = single_text(items, "replaceMatches()")
    pattern, new = (single_text(argument, "replaceMatches()") for argument in arguments)
    if text is None or pattern is None or new is None:
        return []
    if pattern == "" or re.search(r"[$\\]", new):
        raise PathError("replaceMatches() with an empty pattern or with groups is not supported.")
    engine = regular_expression(pattern)
    if len(text) * (len(new) + 1) > MAX_STRING * 10:
        raise PathError(f"A text grows beyond {MAX_STRING:,} characters.")
    return [frame.run.text(str(engine.sub(new, frame.run.text(text))))]


FUNCTIONS: Final = {
    "length": _text("length", len),
    "upper": _text("upper", str.upper),
    "lower": _text("lower", str.lower),
    "trim": _text("trim", lambda text: text.strip()),
    "toChars": Function(0, 0, lambda frame, items, _: _characters(frame, items)),
    "startsWith": _texts("startsWith", str.startswith),
    "endsWith": _texts("endsWith", str.endswith),
    "contains": _texts("contains", lambda text, part: part in text),
    "indexOf": _texts("indexOf", str.find),
    "split": _texts("split", _split),
    "matches": _texts("matches", lambda text, p: regular_expression(p).search(text) is not None),
    "matchesFull": _texts(
        "matchesFull", lambda text, p: regular_expression(p).fullmatch(text) is not None
    ),
    "replaceMatches": Function(2, 2, _replace_matches),
    "substring": Function(1, 2, _substring),
    "replace": Function(2, 2, _replace),
    "join": Function(0, 1, _join),
}
