"""The figure that shows where: a person from the front and from behind, with the places marked.

The outlines are `templates/pdf/body.svg`; the way from answers to places is `body.toml` beside
it. Each kind of mark has a colour and a texture of its own, so that marks can lie over each
other and be told apart without colour.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from functools import cache
from math import ceil, floor
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from intake.paths import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KINDS: Final = ("twitching", "weak", "numb", "thinner")
"""What can be marked, in the order of the legend."""
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {kind: kind for kind in KINDS}
    | {"front": "Front", "back": "Back", "left": "L", "right": "R", "unknown": "side not known"}
)
"""The English words in the figure; a translation has the same keys."""

_TINT: Final = "#f3b7a2"
_PLAIN: Final = "#e8ecf1"
_STROKES: Final = {
    "weak": 'stroke="#1f4e8c" stroke-width="{:.3g}"',
    "numb": 'stroke="#0b5d3b" stroke-width="{:.3g}" stroke-linecap="round"',
    "thinner": 'stroke="#4a1f6b" stroke-width="{:.3g}" stroke-dasharray="{:.3g} {:.3g}"',
}
_SIZES: Final = {"weak": (0.24,), "numb": (0.52,), "thinner": (0.4, 0.95, 0.65)}
_HATCH_STEP: Final = 1.5
_DOT_STEP: Final = 1.15
_FONT: Final = 'font-family="DejaVu Sans" fill="#2f3a47"'
# Eyelids and tongue are a millimetre wide on the person, so the face is drawn again, larger.
_FACE_SCALE: Final = 2.0
_FACE_PLACES: Final = frozenset({"eyelid_l", "eyelid_r", "face_l", "face_r", "tongue"})
_FACE_PATHS: Final = frozenset(
    {"front_ears", "front_head", "face_details"} | {f"region_{place}" for place in _FACE_PLACES}
)


class _Item(NamedTuple):
    """A row of body.toml."""

    link_id: str
    kind: str
    side: str | None
    places: Mapping[str, Sequence[str]]


class _Group(NamedTuple):
    """A layer of body.svg: presentation attributes and, by id, path data."""

    name: str
    style: Mapping[str, str]
    paths: Mapping[str, str]


def marks(answers: Mapping[str, object]) -> dict[str, list[str]]:
    """Return region id -> kinds for `answers`, linkId -> code or list of codes.

    Where the side was not asked or is not known, both sides are marked; see `unsided`.
    """
    found = {(region, kind) for region, kind, _ in _marked(answers)}
    chosen = {region: [kind for kind in KINDS if (region, kind) in found] for region in regions()}
    return {region: kinds for region, kinds in chosen.items() if kinds}


def unsided(answers: Mapping[str, object]) -> frozenset[str]:
    """Return the kinds of which `marks` has both sides only because the side is not known."""
    return frozenset(kind for _, kind, known in _marked(answers) if not known)


@cache
def regions() -> tuple[str, ...]:
    """Return the ids of the places that can be marked, such as "hand_l"."""
    ids = (path for group in _groups() for path in group.paths if path.startswith("region_"))
    return tuple(dict.fromkeys(_place(path) for path in ids))


def figure(
    marks: Mapping[str, Sequence[str]],
    *,
    title: str,
    unsided: Collection[str] = (),
    words: Mapping[str, str] = WORDS,
) -> Markup:
    """Return the SVG, 52 by 70 mm, with `marks` (region id -> kinds) and a legend of them.

    `title` is what a reader who does not see the figure is told: the text alternative in the
    PDF. Kinds in `unsided` are starred, "side not known". Unknown ids and kinds are left out.
    """
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 52 70" width="52mm" height="70mm">',
        f"<title>{escape(title)}</title>",
        *_person(marks),
    ]
    if any(marks.get(place) for place in _FACE_PLACES):
        parts += [
            f'<g transform="translate(0.2 36) scale({_FACE_SCALE:g})">',
            *_person(marks, only=_FACE_PATHS, scale=_FACE_SCALE),
            "</g>",
        ]
    parts += _captions(words)
    shown = {kind for region in regions() for kind in marks.get(region, ())}
    parts += _legend([kind for kind in KINDS if kind in shown], unsided, words)
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - the words are escaped above


def _marked(answers: Mapping[str, object]) -> Iterator[tuple[str, str, bool]]:
    """Yield region, kind and whether the side is known."""
    for item in _items():
        side = "".join(_codes(answers.get(item.side)) if item.side else ())
        sides = {"left": "l", "right": "r"}.get(side, "lr")
        known = side in {"left", "right", "both"}
        for code in _codes(answers.get(item.link_id)):
            for place in item.places.get(code, (code,)):
                if place in regions():
                    yield place, item.kind, True
                elif place == "all":
                    yield from ((region, item.kind, True) for region in regions())
                elif f"{place}_l" in regions():
                    yield from ((f"{place}_{s}", item.kind, known) for s in sides)


def _codes(answer: object) -> list[str]:
    if isinstance(answer, str):
        return [answer]
    if isinstance(answer, Collection):
        return [code for code in answer if isinstance(code, str)]
    return []


@cache
def _items() -> tuple[_Item, ...]:
    table = tomllib.loads((TEMPLATES / "pdf" / "body.toml").read_text("utf-8"))
    return tuple(
        _Item(item["link_id"], item["kind"], item.get("side"), item["places"])
        for item in table["item"]
    )


@cache
def _groups() -> tuple[_Group, ...]:
    root = ET.parse(TEMPLATES / "pdf" / "body.svg").getroot()  # noqa: S314 - a file of our own
    return tuple(
        _Group(
            group.attrib["id"],
            {name: value for name, value in group.attrib.items() if name != "id"},
            {path.attrib["id"]: path.attrib["d"] for path in group},
        )
        for group in root
    )


def _place(path: str) -> str:
    """Return the region id of a path id such as "region_hand_l_back"."""
    place = path.removeprefix("region_")
    return place if place == "back" else place.removesuffix("_back")


def _person(
    marks: Mapping[str, Sequence[str]], *, only: Collection[str] = (), scale: float = 1.0
) -> Iterator[str]:
    """Yield the layers of the drawing; `scale` says how much they will be enlarged."""
    groups = [group for group in _groups() if group.name != "regions"]
    marked = {
        path: (data, marks.get(_place(path), ()))
        for group in _groups()
        for path, data in group.paths.items()
        if path.startswith("region_") and marks.get(_place(path)) and (not only or path in only)
    }
    yield from _layer(groups[0], only, scale)
    for data, kinds in marked.values():
        if "twitching" in kinds:
            yield _path(data, _tint(kinds))
    for group in groups[1:]:
        yield from _layer(group, only, scale)
    for path, (data, kinds) in marked.items():
        yield from _textures(f"{path}-{scale:g}", data, kinds, scale)
    for data, kinds in marked.values():
        yield from _edge(data, kinds, scale)


def _layer(group: _Group, only: Collection[str], scale: float) -> Iterator[str]:
    width = float(group.style["stroke-width"]) / scale
    style = {**group.style, "stroke-width": f"{width:.3g}"}
    yield "<g " + " ".join(f'{name}="{value}"' for name, value in style.items()) + ">"
    yield from (_path(data) for path, data in group.paths.items() if not only or path in only)
    yield "</g>"


def _path(data: str, attributes: str = "") -> str:
    return f'<path d="{data}" {attributes}/>'


def _tint(kinds: Collection[str], otherwise: str = "none") -> str:
    return f'fill="{_TINT if "twitching" in kinds else otherwise}"'


def _textures(name: str, data: str, kinds: Collection[str], scale: float) -> Iterator[str]:
    """Yield the hatching and the dots of one region, cut to its shape."""
    textures = {"weak": _hatching, "numb": _dots}
    wanted = [kind for kind in textures if kind in kinds]
    if wanted:
        yield f'<clipPath id="in-{name}">{_path(data)}</clipPath><g clip-path="url(#in-{name})">'
        for kind in wanted:
            yield _path(textures[kind](_box(data), scale), _stroke(kind, scale))
        yield "</g>"


def _edge(data: str, kinds: Collection[str], scale: float) -> Iterator[str]:
    if "thinner" in kinds:
        yield _path(data, _stroke("thinner", scale))


def _stroke(kind: str, scale: float) -> str:
    lengths = (length / scale for length in _SIZES[kind])
    return 'fill="none" ' + _STROKES[kind].format(*lengths)


def _box(data: str) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of path data made of absolute coordinates."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", data)]
    xs, ys = numbers[::2], numbers[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _hatching(box: tuple[float, float, float, float], scale: float) -> str:
    """Return rising lines over `box`, in one grid for all boxes."""
    left, top, right, bottom = box
    step = _HATCH_STEP / scale
    sums = (n * step for n in range(ceil((left + top) / step), floor((right + bottom) / step) + 1))
    return "".join(f"M{c - bottom:.2f} {bottom:.2f}L{c - top:.2f} {top:.2f}" for c in sums)


def _dots(box: tuple[float, float, float, float], scale: float) -> str:
    """Return points over `box`, every second row shifted, in one grid for all boxes."""
    left, top, right, bottom = box
    step = _DOT_STEP / scale
    points = (
        ((column + row % 2 / 2) * step, row * step)
        for row in range(ceil(top / step), floor(bottom / step) + 1)
        for column in range(floor(left / step), floor(right / step) + 1)
    )
    return "".join(f"M{x:.2f} {y:.2f}h.01" for x, y in points)


def _captions(words: Mapping[str, str]) -> Iterator[str]:
    for x, word in ((12.9, "front"), (39.1, "back")):
        yield _text(x, 61.5, words[word], 2.3, "middle")
    for x, word in ((3.4, "right"), (22.4, "left"), (29.6, "left"), (48.6, "right")):
        yield _text(x, 8.2, words[word], 2.7, "middle")


def _legend(
    kinds: Sequence[str], unsided: Collection[str], words: Mapping[str, str]
) -> Iterator[str]:
    """Yield a swatch and a word for each of `kinds`, in two columns."""
    for place, kind in enumerate(kinds):
        x, y = 1.5 + place % 2 * 26, 62.9 + place // 2 * 2.5
        swatch = f"M{x} {y}L{x + 3.4} {y}L{x + 3.4} {y + 1.9}L{x} {y + 1.9}Z"
        yield _path(swatch, _tint([kind], _PLAIN))
        yield from _textures(f"legend-{kind}", swatch, [kind], 1.0)
        yield from _edge(swatch, [kind], 1.0)
        yield _text(x + 4.4, y + 1.75, words[kind] + "*" * (kind in unsided), 2.3)
    if set(kinds) & set(unsided):
        yield _text(1.5, 69.6, f"* {words['unknown']}", 2.1)


def _text(x: float, y: float, words: str, size: float, anchor: str = "start") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" {_FONT}>'
        f"{escape(words)}</text>"
    )
