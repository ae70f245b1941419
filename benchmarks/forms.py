"""Any form: read, judged, opened, filled with made-up answers; what is asked, by size."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from benchmarks.timing import compare, report
from fhir.intake.enablement import Enablement
from fhir.intake.lint import lint_questionnaire
from fhir.intake.loading import load_form
from fhir.intake.samples import sample_answers
from fhir.intake.settling import settle
from fhir.intake.strict_json import strict_loads
from tests import corpus
from tests.any_forms import item, options, questionnaire

if TYPE_CHECKING:
    from pathlib import Path

ON: Final = datetime(2026, 11, 22, tzinfo=UTC).date()
SIZES: Final = (250, 500, 1_000)
PAGE: Final = 10
REPEATS: Final = 3


def bench_forms(*, rounds: int) -> None:
    """Time the largest public forms and made-up ones; each is read anew, as by a new process."""
    for path in _largest():
        _bench_public(path, rounds)
    times = compare(
        {f"what is asked, {size:,} items": _asked(size) for size in SIZES},
        rounds=rounds,
        repeats=REPEATS,
    )
    report("Conditions (aim: linear, 60 ms for 800 items)", times)


def _largest() -> list[Path]:
    """Return the public forms with most bytes and most items; none where they are not at hand."""
    files = [path for path in corpus.files("Q") if corpus.fault_of(path) is None]
    if not files:
        print(f"\nPublic forms: not run, {corpus.REASON}")
        return []
    by_items = max(files, key=lambda path: len(load_form(corpus.read(path), ruled=False).items))
    return list(dict.fromkeys([max(files, key=lambda path: path.stat().st_size), by_items]))


def _bench_public(path: Path, rounds: int) -> None:
    data = path.read_bytes()
    resource = strict_loads(data)
    form = load_form(resource, ruled=False)
    answers = sample_answers(form, ON)

    def add_and_open() -> None:
        read = strict_loads(data)
        lint_questionnaire(read)
        fresh = load_form(read, ruled=False)
        Enablement(fresh, settle(fresh, {}, ON), ON).pages()

    times = compare(
        {
            "json.loads": lambda: json.loads(data),
            "strict_loads": lambda: strict_loads(data),
            "load_form": lambda: load_form(resource, ruled=False),
            "lint_questionnaire": lambda: lint_questionnaire(resource),
            "added and opened": add_and_open,
            "sample_answers": lambda: sample_answers(form, ON),
            "settle and what is asked": lambda: Enablement(
                form, settle(form, answers, ON), ON
            ).missing(),
        },
        rounds=rounds,
        repeats=REPEATS,
    )
    size = f"{len(form.items)} items, {len(data) // 1000:,} kB"
    report(f"{path.stem.split('__')[-1]}, {size} (aim: added and opened in 300 ms)", times)


def _asked(size: int) -> Any:
    form = load_form(_made(size))
    answers = sample_answers(form, ON)
    return lambda: Enablement(form, answers, ON).missing()


def _made(size: int) -> dict[str, Any]:
    """Return a Questionnaire of groups of ten, most of whose items have a condition."""
    groups = []
    for number in range(size // PAGE):
        first = item(f"{number}.0", "choice", required=True, answerOption=options(*"abcdef"))
        rest = [
            item(
                f"{number}.{place}",
                ("integer", "string", "date")[place % 3],
                enable=[(f"{number}.0", "=", {"answerCoding": options("a")[0]["valueCoding"]})],
            )
            for place in range(1, PAGE - 1)
        ]
        groups.append(item(f"{number}", "group", first, *rest))
    return questionnaire(*groups)
