from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from intake.pdf.fonts import LATIN_1
from intake.pdf.summary import Paper, render_summary, summary_css, summary_html
from intake.pdf.text import BREAK
from tests.cases import FORM_DAY, ROOT, VIGNETTES
from tests.summary_case import MANY_MEDICINES, RECORD, VisibleText, parts, vignette

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fhir.intake.record import Record
    from intake.pdf.renderer import Renderer, Variant

GOLDEN = ROOT / "tests" / "golden" / "pdf"
BLANKS = dict.fromkeys(("weakness_present", "muscle_size", "conditions", "sleep_hours"))
HOSTILE: dict[str, Any] = {
    "family_history": ["als_mnd"],
    "your_words": '<script>alert("1")</script> &amp; {{ 7*7 }} {% raw %} \U0001f9e0 \x09end\nnext',
    "occupation": "\u05d0\u05e0\u05d9 \u05e2\u05d5\u05d1\u05d3 \u0645\u0631\u062d\u0628\u0627",
    "family_history_who": "\u202e<img src=http://x.example/y onerror=z>" + "m" * 150,
}


def render(
    renderer: Renderer,
    answers: Mapping[str, Any],
    *,
    record: Record = RECORD,
    variant: Variant = "pdf/ua-1",
    paper: Paper = "A4",
) -> bytes:
    found = parts(answers, record)
    response = build_response(found["answers"], found["form"], record)
    return render_summary(renderer, response=response, variant=variant, paper=paper, **found)


def text(pdf: bytes, folder: Path, *options: str) -> str:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler) is not installed")
    path = folder / "summary.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(  # noqa: S603  # a fixed command, found on the PATH
        [tool, *options, str(path), "-"], capture_output=True, check=True
    )
    return run.stdout.decode()


def bare(words: str) -> str:
    """Return the visible characters without their order in right-to-left text."""
    kept = (c for c in words if not c.isspace() and unicodedata.category(c) != "Cf")
    return "".join(kept)


def typed(answers: Mapping[str, Any]) -> Iterator[str]:
    for value in answers.values():
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict):
                yield from (str(cell) for cell in element.values())
            elif isinstance(element, str):
                yield element


def told(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the words of every answer, without the presenters."""
    form = parts(answers)["form"]
    for name, value in answers.items():
        rows = value if name == "medication" else [{name: value}]
        for key, cell in ((key, cell) for row in rows for key, cell in row.items()):
            for code in cell if isinstance(cell, list) else [cell]:
                option = form.items[key].option(str(code))
                yield option.display if option else str(code)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_face_sheet_of_every_vignette_is_one_page(renderer: Renderer, paper: Paper) -> None:
    cases = {name: vignette(name) for name in VIGNETTES}
    cases |= {"many": vignette("V44", **MANY_MEDICINES), "blanks": vignette("V12", **BLANKS)}
    cases |= {"nothing": {}, "hostile": vignette("V11", **HOSTILE)}
    for name, answers in cases.items():
        html = summary_html(paper=paper, **parts(answers))
        face = html[: html.index('<div class="more">')] + "</body></html>"
        pdf = renderer.render(
            face, css=summary_css(paper), variant="pdf/ua-1", identifier=b"0" * 16
        )
        assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 1, name


@pytest.mark.parametrize("name", ["V01", "V11", "V31"])
def test_golden_text(name: str) -> None:
    html = summary_html(coverage=LATIN_1, **parts(vignette(name)))
    found = "".join(f"{line}\n" for line in VisibleText(html).lines)
    path = GOLDEN / f"{name.lower()}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["V01", "V11", "V31"])
def test_the_pdf_says_what_the_html_says(renderer: Renderer, tmp_path: Path, name: str) -> None:
    shown = VisibleText(summary_html(**parts(vignette(name))))
    pdf = text(render(renderer, vignette(name)), tmp_path, "-raw")
    count = pdf.count("\f")
    wanted = [*shown.lines, *[shown.foot] * count, *[shown.head] * (count - 1)]
    wanted += ["… = in full inside ·", *(f"page {n} of {count}" for n in range(1, count + 1))]
    # Where lines break, and so the order of columns, depends on the versions of Pango and poppler.
    assert words_of(pdf) == words_of(" ".join(wanted))


def words_of(shown: str) -> Counter[str]:
    """Count words and marks, in any case since headings are set in capitals."""
    return Counter(re.findall(r"\w+|[■□☐▲▸→?…]", shown.casefold().replace(BREAK, "")))


def test_every_date_of_the_calendar_can_be_authored(renderer: Renderer) -> None:
    for authored in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "9999-12"):
        record = replace(RECORD, authored=authored, on=FORM_DAY)
        assert render(renderer, vignette("V01"), record=record, variant="pdf/a-3a")


@pytest.mark.parametrize("answers", [vignette("V11"), vignette("V44", **MANY_MEDICINES)])
def test_every_answer_is_in_the_pdf(
    renderer: Renderer, tmp_path: Path, answers: dict[str, Any]
) -> None:
    pages = text(render(renderer, answers), tmp_path, "-raw").split("\f")
    inside = bare(re.sub("(?m)^(Mark Example · born|Ref |page ).*$", "", "\n".join(pages[1:])))
    for words in told({k: v for k, v in answers.items() if k != "date_of_birth"}):
        assert bare(words) in inside


def test_hostile_text_is_printed_and_harmless(renderer: Renderer, tmp_path: Path) -> None:
    answers = vignette("V11", **HOSTILE)
    pdf = render(renderer, answers)
    inside = text(pdf, tmp_path, "-raw")
    assert bare(HOSTILE["your_words"]) in bare(inside)
    assert "[U+202E]" in inside
    for name in ("occupation", "family_history_who"):
        for char in set(bare(HOSTILE[name])):
            assert bare(inside).count(char) >= bare(HOSTILE[name]).count(char)
    document = pikepdf.open(io.BytesIO(pdf))
    assert not {"/AcroForm", "/OpenAction", "/AA", "/Names"} & set(document.Root.keys())
    assert all("/Annots" not in page for page in document.pages)


def test_a_word_of_10000_letters_is_whole(renderer: Renderer, tmp_path: Path) -> None:
    found = parts(vignette("V01"))
    found["answers"]["your_words"] = "w" * 10_000
    found["record"] = replace(RECORD, patient=replace(RECORD.patient, name="N" * 5_000))
    pdf = render_summary(renderer, response={}, **found)
    pages = text(pdf, tmp_path, "-raw").split("\f")
    assert "continued on page 2" in pages[0]
    assert sum(page.count("w") for page in pages[1:]) > 20_000
    assert 60 <= pages[1].count("N") < 100
    assert sum(page.count("N") for page in pages) > 5_000


@pytest.mark.parametrize("name", ["V01", "V31", "V44"])
def test_tags(renderer: Renderer, name: str) -> None:
    document = pikepdf.open(io.BytesIO(render(renderer, vignette(name))))
    assert str(document.Root.Lang) == "en"
    assert document.Root.MarkInfo.Marked
    assert document.open_metadata()["dc:title"] == "Pre-visit summary: Mark Example"
    tags = list(_tags(document.Root.StructTreeRoot))
    kinds = [str(tag.S) for tag in tags if "/S" in tag]
    headings = [int(kind[2:]) for kind in kinds if re.fullmatch("/H[1-6]", kind)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))
    figures = [tag for tag in tags if str(tag.get("/S")) == "/Figure"]
    assert [str(figure.Alt)[:17] for figure in figures] == ["Where on the body"]
    assert kinds.count("/TH") > 10


def _tags(node: Any) -> Iterator[Any]:
    yield node
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield from _tags(child)


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_paper(renderer: Renderer, paper: Paper, size: tuple[int, int]) -> None:
    document = pikepdf.open(io.BytesIO(render(renderer, vignette("V01"), paper=paper)))
    box = document.pages[0].mediabox
    assert (round(float(box[2])), round(float(box[3]))) == size


def test_every_page_says_whose_it_is(renderer: Renderer, tmp_path: Path) -> None:
    pages = text(render(renderer, vignette("V44")), tmp_path).split("\f")[:-1]
    for number, page in enumerate(pages, 1):
        assert "Ref RTZK-ERVK" in page
        assert "Mark Example" in page
        assert f"page {number} of {len(pages)}" in page
        words = " ".join(page.split())
        assert "patient-reported; supports, does not replace, clinical judgement" in words
    assert "Not reviewed by a clinician" in pages[0]


def test_the_archive_holds_the_response(renderer: Renderer) -> None:
    answers = vignette("V11")
    first, again = (render(renderer, answers, variant="pdf/a-3a") for _ in range(2))
    assert first == again
    document = pikepdf.open(io.BytesIO(first))
    assert list(document.attachments) == ["questionnaire-response.fhir.json"]
    held = document.attachments["questionnaire-response.fhir.json"].get_file().read_bytes()
    found = parts(answers)
    assert held == dump_json(build_response(found["answers"], found["form"], RECORD))


def test_the_identifier_is_the_response_s(renderer: Renderer) -> None:
    other = replace(RECORD, identifier=replace(RECORD.identifier, value="another"))
    ids = {
        bytes(pikepdf.open(io.BytesIO(render(renderer, {}, record=record))).trailer.ID[0])
        for record in (RECORD, RECORD, other)
    }
    assert len(ids) == 2


def test_text_from_people_is_escaped() -> None:
    found = parts(vignette("V11", **HOSTILE))
    name = "<b>Mark</b>"
    found["record"] = replace(RECORD, patient=replace(RECORD.patient, name=name))
    html = summary_html(**found)
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>Mark" not in html
    assert "&lt;b&gt;Mark" in html
    assert '<bdi dir="rtl">' in html
