"""The face sheet by the fullest plan that fits one page, with the room that is left shared out."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intake.pdf.face_heights import FIGURE, PAGES, WRITING, beside, height
from intake.pdf.face_plans import plans
from intake.pdf.face_sheet import FaceSheet, body_figure, face_sheet

if TYPE_CHECKING:
    from intake.pdf.case import Case
    from intake.pdf.face_plans import Plan

_SPARE: Final = 1.2
"""What may be lost, in em, to lines that break otherwise than reckoned."""
_MORE_WRITING: Final = 7.0
_LARGER: Final = 0.3


def fitting_sheet(case: Case, paper: str) -> FaceSheet:
    """Return the face sheet by the fullest plan that fits one page of `paper`."""
    figure = body_figure(case)

    def arranged(plan: Plan) -> FaceSheet:
        return _arranged(face_sheet(case, plan, figure), paper)

    sheet = arranged(plans()[0])
    if _left(sheet, paper) < 0:
        first = bisect_left(plans(), 0.0, lo=1, key=lambda plan: _left(arranged(plan), paper))
        sheet = arranged(plans()[min(first, len(plans()) - 1)])
    return _spread(sheet, paper)


def _left(sheet: FaceSheet, paper: str) -> float:
    """Return how much of page 1 is left, in em; less than nothing when it is too little."""
    return PAGES[paper][1] / sheet.plan.size - height(sheet, paper) - _SPARE


def _arranged(sheet: FaceSheet, paper: str) -> FaceSheet:
    """Put a list of medicines into the wide column where that makes page 1 shorter."""
    wide = replace(sheet, medicines_wide=True)
    return wide if sheet.medicines.lines and height(wide, paper) < height(sheet, paper) else sheet


def _spread(sheet: FaceSheet, paper: str) -> FaceSheet:
    """Give room that is left to the figure, then to the line for the decision."""
    figure = 1 + min(max(beside(sheet, paper) - 0.2, 0) / FIGURE, _LARGER)
    writing = WRITING + min(max(_left(sheet, paper), 0), _MORE_WRITING)
    return replace(sheet, figure_size=round(figure, 2), writing=round(writing, 1))
