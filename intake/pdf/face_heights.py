"""How much of page 1 a face sheet takes, reckoned without laying it out.

The heights are those of templates/pdf/summary.css, in em of the plan's type size; a test lays
out every public case to see that they agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.pdf.fitting import LINE, line_count
from intake.pdf.phrases import DOT, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from intake.pdf.face_course import Line
    from intake.pdf.face_sheet import FaceSheet

PAGES: Final = {"A4": (538.6, 779.5), "Letter": (555.3, 729.6)}
"""Width and height of the text on page 1, in points."""

FIGURE: Final = 19.0
"""The figure of the body at its usual size."""
WRITING: Final = 2.0
"""The least room to write a decision in."""
_HEADING: Final = 2.02
_MAIN: Final = 0.62
_ASIDE: Final = 0.355
_LABEL: Final = 7.7
_CELLS: Final = (0.37, 0.37, 0.26)
_GAP: Final = 0.6
_NAME_AND_LIMIT: Final = 17.6


def height(sheet: FaceSheet, paper: str) -> float:
    """Return how much of page 1 a face sheet takes, in em of its type size."""
    room = PAGES[paper][0] / sheet.plan.size
    columns = max(_main(sheet, room * _MAIN), _aside(sheet, room * _ASIDE))
    return _head(sheet, room) + columns + _workup(sheet, room) + sum(_below(sheet, room))


def beside(sheet: FaceSheet, paper: str) -> float:
    """Return how much higher, in em, the wide column is than the narrow one with the figure."""
    room = PAGES[paper][0] / sheet.plan.size
    return _main(sheet, room * _MAIN) - _aside(sheet, room * _ASIDE)


def _text(text: str, room: float, bold: str = "") -> float:
    return line_count(text, room, bold=bold) * LINE


def _head(sheet: FaceSheet, room: float) -> float:
    left = room * 0.6
    name = line_count("", left / 1.75, bold=plain(sheet.header.name)) * 1.75 * 1.2
    person = _text(plain(sheet.header.person), room if name > 2.2 else left)
    made = len(sheet.header.made) * LINE
    banner = sheet.banner
    inner = room - 2.8
    because = [f"Because: {reason.text} ({reason.rule})" for reason in banner.because]
    because[-1:] = [f"{text} {banner.more}" for text in because[-1:]]
    lines = [("", sheet.status), (f"{banner.flags}. ", banner.target)]
    lines += [("", text) for text in because]
    title = line_count("", inner / 1.5, bold=f"{banner.label}: {banner.when}") * 1.5 * LINE
    text_below = sum(_text(text, inner, bold) for bold, text in lines)
    return max(name + person, made) + 0.55 + 1.4 + title + text_below


def _main(sheet: FaceSheet, room: float) -> float:
    total = _HEADING * 4 + sum(_flags(sheet, room))
    total += _table(sheet.course, room) + sum(_factors(sheet, room))
    total += _HEADING + _medicines(sheet, room) if sheet.medicines_wide else 0
    if sheet.examination:
        total += _HEADING + _text(plain(sheet.examination), room)
    others = sheet.others
    for text in (plain(others.reported), *map(DOT.join, (others.unanswered, others.denied))):
        total += _text(f"? Not answered: {text}", room) if text else 0
    return total


def _factors(sheet: FaceSheet, room: float) -> Iterator[float]:
    for factor in sheet.factors:
        beside_bar = 10.0 if factor.fill is not None else room - _NAME_AND_LIMIT
        yield _text("", beside_bar, factor.value)


def _flags(sheet: FaceSheet, room: float) -> Iterator[float]:
    flags = sheet.flags
    lines = [(f"■ {flag.label} ", plain(flag.words)) for flag in flags.present]
    lines += [(f"? Not sure: {flag.label} ", plain(flag.words)) for flag in flags.unsure]
    lines += [("? Not answered: ", DOT.join(flags.unanswered))] * bool(flags.unanswered)
    lines += [("", f"□ Asked, no: {DOT.join(flags.absent)}")] * bool(flags.absent)
    for bold, text in lines:
        yield _text(text, room - 1.3, bold) + 0.3


def _aside(sheet: FaceSheet, room: float) -> float:
    total = 2 * _HEADING + FIGURE
    total += 0 if sheet.quote_wide else _text(f"“{plain(sheet.quote)}”", room - _LABEL)
    total += 0 if sheet.medicines_wide else _medicines(sheet, room - _LABEL)
    return total + _table(sheet.history, room)


def _medicines(sheet: FaceSheet, room: float) -> float:
    medicines = sheet.medicines
    total = sum(_text(text, room) for text in (plain(medicines.state), medicines.more) if text)
    for line in medicines.lines:
        twitch = "; can cause twitching" if line.twitch else ""
        text = f", {plain(line.taken)}: {plain(line.note)}{twitch}"
        total += _text(text, room, f"▲ {plain(line.name)}")
    return total


def _table(lines: Iterable[Line], room: float) -> float:
    return sum(_text(plain(line.words), room - _LABEL) for line in lines)


def _workup(sheet: FaceSheet, room: float) -> float:
    total = _HEADING + LINE + 0.1
    first, second, third = (room * share - _GAP for share in _CELLS)
    for row in sheet.workup:
        deferred = f" (defer: {row.deferred})" if row.deferred else ""
        cautions = f" ▲\u00a0{row.cautions}" if row.cautions else ""
        why = f"{plain(row.why)} → {row.rules} [{row.strength}: {row.source}]"
        test = _text(f"{row.members}{deferred}{cautions}", first, f"☐ {row.name} ")
        total += max(test, _text(why, second), _text(row.helps, third)) + 0.33
    return total


def _below(sheet: FaceSheet, room: float) -> Iterator[float]:
    if sheet.quote_wide:
        words = f"“{plain(sheet.quote)}” (continued on page 2)"
        yield _text(words, room, "In the patient\u2019s words: ") + 0.5
    for bold, text in _notes(sheet):
        yield _text(text, room, bold) + 0.2
    yield WRITING + LINE + 0.1


def _notes(sheet: FaceSheet) -> Iterator[tuple[str, str]]:
    """Yield the bold beginning and the rest of each paragraph below the workup."""
    if sheet.workup_more:
        yield "", sheet.workup_more
    for verdict in (*sheet.deferring, *sheet.not_indicated):
        yield f"Not indicated ({verdict.rule}): ", f"{verdict.what}. {verdict.text}"
    if sheet.undecided:
        tiers = " Could be :".join({ask.text: None for ask in sheet.undecided})
        asks = "".join(f" ☐\u00a0{ask.what} ({ask.rule})" for ask in sheet.undecided)
        yield "? Could not be decided, ask. ", f"Could be {tiers}:{asks} {sheet.undecided_more}"
    if sheet.cautions:
        texts = " ".join(f"{caution.rule} {caution.text}" for caution in sheet.cautions)
        yield "▲ Cautions: ", f"{texts} {sheet.cautions_more}"
    if sheet.advice:
        yield "Self-care advice: ", sheet.advice
