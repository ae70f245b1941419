"""Page 1, the face sheet: what a clinician takes in within a minute, as plain view data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.pdf import body
from intake.pdf.face_banner import Banner, Header, banner, header
from intake.pdf.face_course import Line, Others, course, examination, others
from intake.pdf.face_factors import FactorLine, factors
from intake.pdf.face_flags import Flags, flags
from intake.pdf.face_history import Medicines, history, medicines, own_words
from intake.pdf.face_verdicts import (
    Verdict,
    advice,
    cautions,
    deferring,
    not_indicated,
    undecided,
)
from intake.pdf.face_workup import Row, rows
from intake.pdf.phrases import Phrase, join, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from intake.pdf.case import Case
    from intake.pdf.face_plans import Plan

_DRAWN: Final = ("twitch_sites", "weakness_sites", "sensory_sites", "shrinking_sites")
_NARROW_QUOTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSheet:
    """Everything on page 1, in reading order; what a plan leaves out is announced.

    `figure_size` is how much larger than usual the figure is; `writing` the room, in em, that is
    left to write a decision; `medicines_wide` puts the medicines into the wide column.
    """

    plan: Plan
    header: Header
    banner: Banner
    flags: Flags
    course: tuple[Line, ...]
    others: Others
    examination: Phrase
    factors: tuple[FactorLine, ...]
    figure: Markup
    figure_size: float = 1.0
    writing: float = 2.0
    medicines_wide: bool = False
    medicines: Medicines
    history: tuple[Line, ...]
    quote: Phrase
    quote_cut: bool
    quote_wide: bool
    workup: tuple[Row, ...]
    workup_more: str
    deferring: tuple[Verdict, ...]
    not_indicated: tuple[Verdict, ...]
    undecided: tuple[Verdict, ...]
    undecided_more: str
    cautions: tuple[Verdict, ...]
    cautions_more: str
    advice: str
    status: str


def face_sheet(case: Case, plan: Plan, figure: Markup) -> FaceSheet:
    """Present a case, with its figure of the body, within the measures of a plan."""
    all_rows = rows(case, plan)
    all_cautions = cautions(case)
    asks = undecided(case, plan.rules)
    quote, cut = own_words(case, plan.quote)
    return FaceSheet(
        plan=plan,
        header=header(case),
        banner=banner(case, plan.reasons),
        flags=flags(case, plan.detail),
        course=course(case, plan.detail),
        others=others(case, plan.detail),
        examination=examination(case),
        factors=factors(case),
        figure=figure,
        medicines=medicines(case, plan.medicines),
        history=history(case, plan.detail),
        quote=quote,
        quote_cut=cut,
        quote_wide=cut or len(plain(quote)) > _NARROW_QUOTE,
        workup=all_rows[: plan.rows],
        workup_more=_more(row.name for row in all_rows[plan.rows :]),
        deferring=deferring(case),
        not_indicated=not_indicated(case),
        undecided=asks[: plan.verdicts],
        undecided_more=_more(ask.what for ask in asks[plan.verdicts :]),
        cautions=all_cautions[: plan.verdicts],
        cautions_more=_more(caution.rule for caution in all_cautions[plan.verdicts :]),
        advice=advice(case),
        status=case.pack.tables.header.status,
    )


def _more(names: Iterable[str]) -> str:
    left = list(names)
    return f"+ {len(left)} more, page 2: {'; '.join(left)}" if left else ""


def body_figure(case: Case) -> Markup:
    """Return the drawing of where; its text alternative tells the answers behind the marks."""
    marks = body.marks(case.answers)
    return body.figure(marks, title=_told_places(case), unsided=body.unsided(case.answers))


def _told_places(case: Case) -> str:
    """Return the text alternative: which answers the marks in the figure stand for."""
    asked = [name for name in _DRAWN if case.answered(name)]
    told = join((case.words.told(name, case.answers[name]) for name in asked), ". ")
    return f"Where on the body. {plain(told)}" if told else "Where on the body: no place marked."
