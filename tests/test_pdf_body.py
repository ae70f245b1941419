from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from PIL import Image

from intake.pdf import body
from intake.pdf.body import KINDS, WORDS, figure, marks, regions, unsided

if TYPE_CHECKING:
    from pathlib import Path

    from intake.pdf.renderer import Renderer

CSS = "@page { size: 52mm 70mm; margin: 0 } body { margin: 0 } svg { display: block }"
FRONT, BACK = 12.9, 39.1
UNPLACED = {"not_sure", "elsewhere"}


@pytest.fixture(scope="module")
def items(clinical: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((clinical / "items.json").read_text("utf-8"))
    return document


def paths() -> dict[str, str]:
    return {name: data for group in body._groups() for name, data in group.paths.items()}


def made(renderer: Renderer, drawing: str) -> bytes:
    page = f"<html lang=en><head><title>T</title></head><body>{drawing}</body></html>"
    return renderer.render(page, css=CSS, variant="pdf/ua-1", identifier=b"x")


def pixels(data: bytes, folder: Path) -> Image.Image:
    """The page in 10 pixels a millimetre."""
    if not shutil.which("pdftoppm"):
        pytest.skip("needs pdftoppm of poppler-utils")
    (folder / "figure.pdf").write_bytes(data)
    command = ["pdftoppm", "-r", "254", "-singlefile", "figure.pdf", "figure"]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603
    return Image.open(folder / "figure.ppm")


# --- the drawing ------------------------------------------------------------------------------


def test_every_place_of_the_form_is_drawn_in_every_view(items: dict[str, Any]) -> None:
    wanted = {
        region["svg_id"] + ("_back" if view == "back" and region["view"] != ["back"] else "")
        for region in items["body_map"]["regions"]
        for view in region["view"]
    }
    assert {name for name in paths() if name.startswith("region_")} == wanted
    assert set(regions()) == {region["id"] for region in items["body_map"]["regions"]}


def test_left_is_the_patients_own_left() -> None:
    for name, data in paths().items():
        if match := re.fullmatch(r"region_\w+?_([lr])(_back)?", name):
            left, _, right, _ = body._box(data)
            middle = BACK if match[2] else FRONT
            on_the_right = (left + right) / 2 > middle
            assert on_the_right == ((match[1] == "l") != bool(match[2])), name


def test_halves_mirror_each_other() -> None:
    boxes = {name: body._box(data) for name, data in paths().items()}
    for name, (left, top, right, bottom) in boxes.items():
        if re.search("_l(_back)?$", name):
            other = boxes[re.sub("_l(_back)?$", r"_r\1", name)]
            middle = BACK if name.endswith("_back") else FRONT
            mirrored = (2 * middle - right, top, 2 * middle - left, bottom)
            assert other == pytest.approx(mirrored, abs=0.02)


def test_places_lie_inside_the_person() -> None:
    for name, data in paths().items():
        left, top, right, bottom = body._box(data)
        assert 0 <= left < right <= 52, name
        assert 1 <= top <= bottom <= 60, name


# --- from answers to marks --------------------------------------------------------------------


def test_every_answer_has_its_places(items: dict[str, Any]) -> None:
    options = {item["id"]: [o["code"] for o in item.get("options", ())] for item in items["items"]}
    for item in body._items():
        assert set(item.places) <= set(options[item.link_id])
        assert item.side is None or options[item.side][:3] == ["left", "right", "both"]
        for code in set(options[item.link_id]) - UNPLACED:
            assert marks({item.link_id: [code]}), (item.link_id, code)
        for code in set(options[item.link_id]) & UNPLACED:
            assert marks({item.link_id: [code]}) == {}
    places = {
        place for item in body._items() for places in item.places.values() for place in places
    }
    assert all(p == "all" or p in regions() or f"{p}_l" in regions() for p in places)


def test_nothing_answered_marks_nothing() -> None:
    assert marks({}) == {}
    assert marks({"twitch_sites": [], "weakness_sites": None, "sensory_sites": 3}) == {}
    assert marks({"twitch_sites": ["nowhere"], "another": ["hand_l"]}) == {}


@pytest.mark.parametrize(
    ("side", "hands", "known"),
    [
        ("left", ["hand_l"], True),
        ("right", ["hand_r"], True),
        (["right"], ["hand_r"], True),
        ("both", ["hand_l", "hand_r"], True),
        ("unsure", ["hand_l", "hand_r"], False),
        (None, ["hand_l", "hand_r"], False),
    ],
)
def test_side_of_weakness(side: object, hands: list[str], *, known: bool) -> None:
    answers = {"weakness_sites": ["hand_grip"], "weakness_side": side}
    assert marks(answers) == {hand: ["weak"] for hand in hands}
    assert unsided(answers) == (frozenset() if known else {"weak"})


def test_side_of_weakness_is_no_other_side() -> None:
    answers = {"weakness_side": "left", "shrinking_sites": ["calf"], "sensory_sites": ["feet"]}
    assert marks(answers) == {
        "foot_l": ["numb"],
        "foot_r": ["numb"],
        "calf_l": ["thinner"],
        "calf_r": ["thinner"],
    }
    assert unsided(answers) == {"thinner"}


def test_both_legs_are_both_whatever_the_side() -> None:
    answers = {"weakness_sites": ["both_legs", "neck"], "weakness_side": "left"}
    legs = {f"{part}_{side}" for part in ("thigh", "calf", "foot") for side in "lr"}
    assert set(marks(answers)) == legs | {"jaw_neck"}
    assert unsided(answers) == frozenset()


def test_kinds_add_up_in_the_order_of_the_legend() -> None:
    answers = {
        "shrinking_sites": ["hand_thumb"],
        "sensory_sites": ["whole_hand"],
        "weakness_sites": ["hand_grip"],
        "weakness_side": "right",
        "twitch_sites": ["all_over", "hand_r"],
    }
    found = marks(answers)
    assert list(found) == list(regions())
    assert found["hand_r"] == list(KINDS)
    assert found["hand_l"] == ["twitching", "numb", "thinner"]
    assert found["chest"] == ["twitching"]


# --- the figure -------------------------------------------------------------------------------


def words_of(drawing: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(drawing).iter() if text.tag.endswith("text")]  # noqa: S314


def test_words_are_escaped() -> None:
    words = {name: f"<{word}> & 'x'" for name, word in WORDS.items()}
    drawing = figure({"hand_l": ["weak"]}, title="<b>&", words=words, unsided={"weak"})
    root = ET.fromstring(drawing)  # noqa: S314
    assert root[0].text == "<b>&"
    assert {"<Front> & 'x'", "<L> & 'x'", "<weak> & 'x'*"} <= set(words_of(drawing))


def test_legend_names_what_is_there() -> None:
    captions = ["Front", "Back", "R", "L", "L", "R"]
    assert words_of(figure({}, title="T")) == captions
    assert (
        words_of(figure({"hand_l": [], "nowhere": ["weak"], "calf_l": ["blue"]}, title="T"))
        == captions
    )
    drawing = figure(
        {"hand_l": ["thinner"], "calf_r": ["weak"]}, title="T", unsided={"thinner", "numb"}
    )
    assert words_of(drawing) == [*captions, "weak", "thinner*", "* side not known"]


def test_face_is_enlarged_when_it_is_marked() -> None:
    assert "scale(2)" not in figure({"hand_l": ["weak"], "jaw_neck": ["weak"]}, title="T")
    assert "scale(2)" in figure({"tongue": ["twitching"]}, title="T")


def test_ids_are_used_once() -> None:
    drawing = figure(dict.fromkeys(regions(), KINDS), title="T")
    ids = re.findall(r'\bid="([^"]+)"', drawing)
    assert len(ids) == len(set(ids)) > 40
    assert set(re.findall(r"url\(#([^)]+)\)", drawing)) == set(ids)


def test_marks_are_printed_on_their_side(renderer: Renderer, tmp_path: Path) -> None:
    with pixels(made(renderer, figure({"forearm_r": ["twitching"]}, title="T")), tmp_path) as page:
        tint, plain = (243, 183, 162), (232, 236, 241)
        for x, colour in ((3.8, tint), (22.0, plain), (30.0, plain), (48.2, tint)):
            assert page.getpixel((round(x * 10), 255)) == colour


@pytest.mark.parametrize("scale", ["colour", "grey"])
def test_kinds_look_different(renderer: Renderer, tmp_path: Path, scale: str) -> None:
    seen = set()
    for kinds in ([], *([kind] for kind in KINDS), list(KINDS)):
        with pixels(made(renderer, figure({"thigh_l": kinds}, title="T")), tmp_path) as page:
            thigh = page.crop((129, 300, 190, 425)).convert("L" if scale == "grey" else "RGB")
            seen.add(thigh.tobytes())
            dark = sum(thigh.convert("L").histogram()[:150]) / (thigh.width * thigh.height)
            assert (dark > 0.1) == bool(set(kinds) - {"twitching"})
    assert len(seen) == len(KINDS) + 2


def test_title_is_the_text_alternative_and_one_font_is_enough(renderer: Renderer) -> None:
    title = "Twitching: left eyelid. Weak: right hand."
    data = made(renderer, figure({"eyelid_l": ["twitching"], "hand_r": ["weak"]}, title=title))
    with pikepdf.open(io.BytesIO(data)) as document:
        objects = [item for item in document.objects if isinstance(item, pikepdf.Dictionary)]
        alternatives = [str(item.Alt) for item in objects if "/Alt" in item]
        fonts = [str(item.BaseFont) for item in objects if item.get("/Subtype") == "/Type0"]
    assert alternatives == [title]
    assert [font.partition("+")[2] for font in fonts] == ["DejaVu-Sans"]
