from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.pdf.fonts import LATIN_1, Coverage
from intake.pdf.text import BREAK, Limits, direction, printable, printable_all

EVERYTHING = Coverage(dict.fromkeys(range(0x1100), (1 << 256) - 1), {})
EMOJI = Coverage(EVERYTHING.charset, {0x1F6: (1 << 80) - 1})
SMILE, ZWJ, ACUTE = "\U0001f600", "\u200d", "\u0301"
CODE = re.compile(r"\[U\+([0-9A-F]{4,6})\]")


def plain(text: str, coverage: Coverage = EVERYTHING, **limits: int) -> str:
    return printable(text, coverage=coverage, limits=Limits(**limits))


def lines_of(text: str) -> str:
    return re.sub("\r\n|[\r\u2028\u2029]", "\n", text)


def restored(shown: str) -> str:
    """The original characters, but for the break opportunities."""
    return CODE.sub(lambda code: chr(int(code[1], 16)), shown.replace(BREAK, ""))


@pytest.mark.parametrize(
    "text",
    ["", "No.", "twice a day,\n\tat night\n", "naïve Ωmega שלום", "a b" * 20, "word " * 500],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@given(st.text(max_size=300))
def test_nothing_is_lost(text: str) -> None:
    assert restored(plain(text)) == lines_of(text).replace(BREAK, "")
    assert restored(plain(text, LATIN_1)).replace("\ufe0f", "") == lines_of(text).replace(
        BREAK, ""
    ).replace("\ufe0f", "")


@given(
    st.lists(
        st.sampled_from(f"aé漢क्{ACUTE}{ZWJ}\ufe0f\u200c🇬👩🏽한\u1100\u1161 \t\n"), max_size=200
    )
)
def test_breaks_are_near_and_never_inside_a_cluster(chars: list[str]) -> None:
    shown = plain("".join(chars), max_marks=1000)
    assert all(len(piece) <= 20 + 64 for piece in re.split(f"[ \t\n{BREAK}]", shown))
    for before, after in re.findall(rf"(.){BREAK}(.)", shown, re.DOTALL):
        if len(max(re.split(f"[ \t\n{BREAK}]", shown), key=len)) < 60:  # no forced break
            assert unicodedata.category(after)[0] != "M"
            assert ZWJ not in (before, after)
            assert unicodedata.combining(before) != 9
    assert shown.count("🇬") % 2 or not re.search(f"(?<!🇬)(🇬🇬)*🇬{BREAK}🇬", shown)


def test_long_word_gets_a_break_every_20_characters() -> None:
    assert plain("x" * 45) == BREAK.join(["x" * 20, "x" * 20, "x" * 5])
    assert plain("x" * 20) == "x" * 20
    assert plain("\u00a0".join(["abcd"] * 9)).count(BREAK) == 2
    assert plain("漢" * 12, LATIN_1) == BREAK.join(["[U+6F22][U+6F22]"] * 6)


@pytest.mark.parametrize(
    "cluster",
    [
        "e" + ACUTE,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "🇬🇧",
        "👍🏽",
        "क्ष",
        "\u1112\u1161\u11ab",
        "1\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_clusters_stay_whole(cluster: str) -> None:
    pieces = plain(cluster * 30).split(BREAK)
    assert len(pieces) > 2
    assert all(piece == cluster * (len(piece) // len(cluster)) for piece in pieces)


def test_endless_cluster_is_broken_nevertheless() -> None:
    for chain in ("👩\u200d" * 3000, "\u1100" * 6000, "क्" * 3000):
        assert max(map(len, plain(chain).split(BREAK))) <= 84


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\0", "[U+0000]"),
        ("\x0b", "[U+000B]"),
        ("\x85", "[U+0085]"),
        ("\u202e", "[U+202E]"),
        ("\u2066", "[U+2066]"),
        ("\ud800", "[U+D800]"),
        ("\ue000", "[U+E000]"),
        ("\ufffe", "[U+FFFE]"),
        ("\U0001ffff", "[U+1FFFF]"),
        ("\ufffc", "[U+FFFC]"),
        ("\u200d", "\u200d"),
        ("\u200f", "\u200f"),
        ("\u00a0", "\u00a0"),
        ("\r\n", "\n"),
        ("\r", "\n"),
        ("\u2028", "\n"),
    ],
)
def test_what_cannot_stand_is_shown_as_its_code(char: str, shown: str) -> None:
    assert plain(f"a{char}b") == f"a{shown}b"


def test_no_font_no_glyph() -> None:
    assert plain("so 漢 \U0001f9ff!", LATIN_1) == "so [U+6F22] [U+1F9FF]!"
    assert plain("❤\ufe0f", LATIN_1) == "[U+2764]"


@pytest.mark.parametrize("extra", [0, 1, 2, 500_000])
def test_characters_past_the_limit_are_counted(extra: int) -> None:
    shown = plain("x" * (12_000 + extra)).replace(BREAK, "")
    kept, _, note = shown.partition("\n")
    assert kept == "x" * 12_000
    words = {0: "", 1: "… 1 more character in the record"}
    assert note == words.get(extra, f"… {extra} more characters in the record")


def test_lines_past_the_limit_are_counted() -> None:
    assert plain("\n" * 10_000).endswith("\n… 9500 more lines in the record")
    assert plain("\r\n" * 501) == "\n" * 500 + "… 1 more line in the record"
    assert plain("a\n" * 500) == "a\n" * 500
    assert plain("a\n" * 500 + "b") == "a\n" * 500 + "… 1 more line in the record"
    assert plain("a\n" * 20_000, max_lines=9999).endswith("… 28000 more characters in the record")


def test_marks_past_the_limit_are_counted() -> None:
    shown = plain("e" + ACUTE * 50 + "z" + "\u200b" * 40)
    assert shown.replace(BREAK, "").startswith("e" + ACUTE * 30 + "z\n")
    assert shown.endswith("\n… 30 more characters in the record")
    assert plain("a\n" * 501 + ACUTE * 99, max_lines=1, max_marks=5).endswith(
        "501 more lines in the record"
    )


def test_many_colour_images_become_codes() -> None:
    assert plain(SMILE * 3, EMOJI, max_colour=3) == SMILE * 3
    assert plain(SMILE * 3, EMOJI, max_colour=2).replace(BREAK, "") == "[U+1F600]" * 3
    assert plain("©\ufe0f" * 3, EMOJI, max_colour=2) == "©©©"


def test_a_document_shares_one_budget() -> None:
    answers = ["x y" * 4000] * 30 + ["end", ""]
    shown = printable_all(answers, coverage=EVERYTHING)
    assert shown[0] == answers[0]
    assert sum(len(answer.encode()) for answer in shown) <= 200_000 + 550 * 15
    assert shown[-2:] == ["end", ""]
    for answer, original in zip(shown, answers, strict=True):
        kept, _, note = answer.partition("\n… ")
        assert len(kept) >= min(500, len(original))
        assert len(kept) + int(note.split()[0] if note else 0) == len(original)


def test_a_document_shares_its_colour_images() -> None:
    shown = printable_all([SMILE * 150, SMILE * 60, SMILE * 50], coverage=EMOJI)
    assert [SMILE in answer for answer in shown] == [True, False, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "ltr"), ("12 (!)", "ltr"), ("Hi שלום", "ltr"), ("12 שלום Hi", "rtl"), ("سلام", "rtl")],
)
def test_direction(text: str, expected: str) -> None:
    assert direction(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "word " * 200_000,
        "a" + ACUTE * 1_000_000,
        "\n" * 1_000_000,
        ZWJ * 1_000_000,
        SMILE * 1_000_000,
        "\r\n" * 500_000,
        "\u2028 " * 500_000,
    ],
    ids=lambda text: ascii(text[:2]),
)
def test_a_megabyte_is_quick(text: str) -> None:
    start = time.process_time()
    shown = printable(text, coverage=EMOJI)
    assert time.process_time() - start < 1
    assert re.search(r"… \d+ more (characters|lines) in the record$", shown)
