"""Measure the main job beside baselines in the same run."""

from __future__ import annotations

import gc
import json
import os
import platform
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.forms import bench_forms
from benchmarks.plain_pdf import plain_html
from benchmarks.timing import compare, compare_processes, report
from benchmarks.validation import bench_validation
from benchmarks.web import bench_web, bench_worker_start
from fhir.intake.conformance import validate
from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from intake.content import standard_content
from intake.pdf.summary import summary_css, summary_html
from intake.pdf.worker import Engine
from intake.processing import make_bundle
from intake.submission import Frame, parse_submission
from referral import assess

if TYPE_CHECKING:
    from intake.content import RuledContent
    from intake.submission import Submission
    from referral import Assessment

CASE: Final = Path(__file__).parents[1] / "examples" / "mark.json"
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "7"))
NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)


def main() -> None:
    """Run all benchmarks and print their tables."""
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {ROUNDS} rounds, {CASE.name}"
    )
    content = standard_content()
    frame = Frame(now=NOW, on=date(2026, 11, 22))
    raw = CASE.read_bytes()
    submission = parse_submission(raw, name="", stem="mark", form=content.form, frame=frame)
    found = assess(submission.answers, pack=content.pack, on=submission.record.day)
    bench_engine(content, submission, raw)
    bench_fhir(content, submission, found)
    bench_validation(content, submission, rounds=ROUNDS)
    bench_forms(rounds=ROUNDS)
    bench_pdf(content, submission, found)
    bench_start()
    bench_worker_start()
    bench_web(content, submission.answers, rounds=ROUNDS)


def bench_engine(content: RuledContent, submission: Submission, raw: bytes) -> None:
    """Time reading a file and assessing its answers."""
    frame = Frame(now=NOW, on=submission.record.day)
    times = compare(
        {
            "read and check the file": lambda: parse_submission(
                raw, name="", stem="mark", form=content.form, frame=frame
            ),
            "assess": lambda: assess(
                submission.answers, pack=content.pack, on=submission.record.day
            ),
        },
        rounds=ROUNDS,
        repeats=30,
    )
    report("Engine (aim: assess below 3 ms)", times)


def _export(content: RuledContent, submission: Submission, found: Assessment) -> tuple[Any, Any]:
    response = build_response(submission.answers, content.form, submission.record)
    return response, make_bundle(submission, content, response, found, None)


def bench_fhir(content: RuledContent, submission: Submission, found: Assessment) -> None:
    """Time answers to response, Bundle and bytes, beside the models of fhir.resources."""
    from fhir.resources.R4B.bundle import Bundle  # noqa: PLC0415  # must not load before
    from fhir.resources.R4B.questionnaireresponse import (  # noqa: PLC0415
        QuestionnaireResponse,
    )

    def ours() -> None:
        response, bundle = _export(content, submission, found)
        dump_json(response)
        dump_json(bundle)

    def ours_checked() -> None:
        response, bundle = _export(content, submission, found)
        if validate(bundle):
            raise RuntimeError("the Bundle is not valid")
        dump_json(response)
        dump_json(bundle)

    response, bundle = _export(content, submission, found)

    def models() -> None:
        QuestionnaireResponse.model_validate(response).model_dump_json()
        Bundle.model_validate(bundle).model_dump_json()

    again = json.loads(QuestionnaireResponse.model_validate(response).model_dump_json())
    if again != response:
        raise RuntimeError("the model does not give back the response")
    candidates = {
        "response + Bundle + bytes": ours,
        "response + Bundle, validated, + bytes": ours_checked,
        "fhir.resources validate + dump": models,
    }
    times = compare(candidates, rounds=ROUNDS, repeats=3)
    title = "FHIR (aim: at most 1/2 of fhir.resources)"
    report(title, times, beside="fhir.resources validate + dump")


def bench_pdf(content: RuledContent, submission: Submission, found: Assessment) -> None:
    """Time the PDF, warm and cold, beside the same words in automatic tables."""
    import weasyprint  # noqa: PLC0415  # must not load before

    html = summary_html(
        form=content.form,
        answers=submission.answers,
        record=submission.record,
        assessment=found,
        pack=content.pack,
    )
    engine = Engine()
    request = {
        "html": html,
        "css": summary_css("A4"),
        "variant": "pdf/ua-1",
        "identifier": "00" * 16,
        "attachments": [],
    }
    plain = plain_html(html)

    def ours() -> None:
        # As the child process does: collections wait until the answer is written.
        gc.disable()
        engine.render(request)
        gc.enable()

    times = compare(
        {
            "summary, warm": ours,
            "plain tables, warm": lambda: weasyprint.HTML(string=plain).write_pdf(
                pdf_variant="pdf/ua-1"
            ),
        },
        rounds=ROUNDS,
        repeats=1,
    )
    report("PDF, warm (aim: at most 1/2 of plain tables)", times, beside="plain tables, warm")
    codes = {
        "summary, cold": f"from intake.pdf.worker import Engine; Engine().render({request!r})",
        "plain tables, cold": (
            "import weasyprint; "
            f"weasyprint.HTML(string={plain!r}).write_pdf(pdf_variant='pdf/ua-1')"
        ),
    }
    cold = compare_processes(codes, rounds=3)
    report("PDF, in a new process", cold, beside="plain tables, cold")


def bench_start() -> None:
    """Time the start: the command line loads neither WeasyPrint nor fhir.resources."""
    codes = {
        "python alone": "pass",
        "import intake": "import intake",
        "import intake.cli": "import intake.cli",
        "form and pack loaded": "from intake.content import standard_content; standard_content()",
        "import weasyprint": "import weasyprint",
        "import fhir.resources.R4B.bundle": "import fhir.resources.R4B.bundle",
    }
    report("Start of a process", compare_processes(codes, rounds=3))


if __name__ == "__main__":
    main()
