"""The driver of the conformance run, without any judge of others: verdicts, report, expressions."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.__main__ import REPORT
from conformance.building import SOURCES, find, get, java_command, node_folder, run
from conformance.controls import check_refused
from conformance.expressions import collect
from conformance.fillers import differences
from conformance.judges import JUDGES
from conformance.judges.hapi_validator import MIN_QUANTITY, NOT_ENABLED, SDC_PROFILE, excuse_for
from conformance.messages import Message, kinds, read_messages
from conformance.report import END, MOST_FAULTS, START, summary, table, write_report
from conformance.server import serving
from conformance.subject import Subject
from conformance.variables import VARIABLE, written_out
from conformance.verdict import (
    Findings,
    Judge,
    JudgeError,
    Result,
    UnavailableError,
    choose,
    exit_status,
    hear,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SUBJECT = Subject(
    folder=Path(),
    day=datetime(2026, 11, 22, tzinfo=UTC).date(),
    questionnaire=Path("questionnaire.json"),
    rules=Path("rules.json"),
    cases=(),
)
SERVER = """
import sys
print("a word before", "READY 8", sep="\\n", flush=True)
sys.stdin.read()
open(sys.argv[1], "w").write("ended")
"""


def judge(run: Callable[[Subject], Findings], name: str = "one") -> Judge:
    return Judge(name=name, title="A judge", version="1.2", judged="all | of it", run=run)


def finds(*faults: str, count: int = 3) -> Judge:
    return judge(lambda _: Findings(count=count, faults=faults, notes=("well <read>",)))


def raises(error: Exception) -> Judge:
    def fail(_: Subject) -> Findings:
        raise error

    return judge(fail)


def message(text: str, code: str = "c", severity: str = "error") -> Message:
    file = "cases/V01/questionnaire-response.json"
    return Message(file=file, severity=severity, place="QR.item[0]", code=code, text=text)


def test_without_faults_it_has_passed() -> None:
    verdict = hear(finds(), SUBJECT)
    assert (verdict.result, verdict.count, verdict.notes) == (Result.PASSED, 3, ("well <read>",))
    assert exit_status([verdict]) == 0


def test_a_fault_fails_the_run() -> None:
    verdicts = [hear(finds(), SUBJECT), hear(finds("no good"), SUBJECT)]
    assert verdicts[1].result is Result.FAILED
    assert exit_status(verdicts) == 1


def test_a_judge_that_can_not_be_had_has_not_passed() -> None:
    verdict = hear(raises(UnavailableError("npm is not installed")), SUBJECT)
    assert (verdict.result, verdict.notes) == (Result.NOT_RUN, ("npm is not installed",))
    assert exit_status([verdict]) == 0
    assert "|  | not run | npm is not installed |" in table([verdict])


@pytest.mark.parametrize(
    ("error", "said"), [(JudgeError("no word"), "no word"), (KeyError("x"), "KeyError: 'x'")]
)
def test_a_judge_that_breaks_has_failed(error: Exception, said: str) -> None:
    verdict = hear(raises(error), SUBJECT)
    assert verdict.result is Result.FAILED
    assert verdict.faults == (f"the judge broke: {said}",)


def test_a_judge_that_looks_at_nothing_has_failed() -> None:
    verdict = hear(finds(count=0), SUBJECT)
    assert (verdict.result, verdict.faults) == (Result.FAILED, ("nothing was judged",))


def test_judges_are_chosen_by_name_in_their_own_order() -> None:
    judges = [replace(finds(), name=name) for name in ("a", "b", "c")]
    assert [j.name for j in choose(judges, ["c", "a"])] == ["a", "c"]
    assert choose(judges, []) == judges
    with pytest.raises(ValueError, match="'d'; there are a, b, c"):
        choose(judges, ["a", "d"])


def test_every_judge_has_a_name_of_its_own() -> None:
    assert len({judge.name for judge in JUDGES}) == len(JUDGES)


def test_versions_told_are_those_that_are_pinned() -> None:
    files = [*SOURCES.rglob("package.json"), *SOURCES.rglob("pom.xml")]
    pins = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for heard in JUDGES:
        version = heard.version.split()[0]
        assert heard.name == "qpdf" or f'"{version}' in pins or f">{version}<" in pins, heard.name
    assert not re.search(r'"[\^~]|latest|<version>[^<$]*[,\[]', pins)


def test_table_keeps_hostile_text_in_its_cell() -> None:
    lines = table([hear(finds("a | b\n# c <b>"), SUBJECT)]).splitlines()
    assert lines[2].count("|") - lines[2].count("\\|") == 7
    assert "faults: 1, listed below; well \\<read\\>" in lines[2]
    assert lines[-1] == "- a \\| b # c \\<b\\>"


def test_table_lists_many_faults_up_to_a_limit() -> None:
    faults = [f"fault {number}" for number in range(MOST_FAULTS + 2)]
    assert table([hear(finds(*faults), SUBJECT)]).endswith("- and 2 more")


def test_report_replaces_what_is_between_its_markers(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    verdicts = [hear(finds(), SUBJECT), hear(raises(UnavailableError("gone")), SUBJECT)]
    for day in (date(2026, 11, 22), date(2026, 11, 23)):
        write_report(path, verdicts, day, "3 cases")
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{START}\n\nRun on 2026-11-23: 3 cases. 1 passed, 0 failed,")
    assert text.endswith(f"\n\n{END}\nafter\n")
    assert "old" not in text
    assert summary(verdicts) == "1 passed, 0 failed, 1 not run"


def test_report_needs_both_markers(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text(f"{END}\n{START}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the report"):
        write_report(path, [], date(2026, 11, 22), "")
    assert START in REPORT.read_text(encoding="utf-8")


def test_every_expression_is_collected_with_where_it_stands() -> None:
    fhirpath = {"language": "text/fhirpath", "expression": "true"}
    address = "http://hl7.org/fhir/StructureDefinition"
    constraint = {
        "url": f"{address}/questionnaire-constraint",
        "extension": [{"url": "key", "valueId": "k"}, {"url": "expression", "valueString": "1"}],
    }
    document = {
        "resourceType": "Questionnaire",
        "extension": [{"url": VARIABLE, "valueExpression": {**fhirpath, "name": "x"}}],
        "item": [{"linkId": "a", "item": [{"linkId": "b", "extension": [constraint]}]}],
        "action": [{"condition": [{"expression": fhirpath}]}],
        "other": [{"language": "text/cql", "expression": "no"}, {"expression": "no"}],
    }
    found = [(row.place, row.text, row.name, row.item, row.kind) for row in collect(document)]
    item = "Questionnaire.item[0].item[0]"
    assert found == [
        ("Questionnaire.extension[0].valueExpression", "true", "x", "", "variable"),
        (f"{item}.extension[0].extension[1]", "1", "", "b", "questionnaire-constraint"),
        ("Questionnaire.action[0].condition[0].expression", "true", "", "", ""),
    ]


def test_variables_are_written_out_in_what_uses_them() -> None:
    def variable(name: str, text: str) -> dict[str, Any]:
        return {"url": VARIABLE, "valueExpression": {"name": name, "expression": text}}

    condition = {"language": "text/fhirpath", "expression": "%ab > 1 and %a.exists() and %other"}
    form = {
        "extension": [variable("a", "%resource.item"), variable("ab", "%a + 1"), {"url": "kept"}],
        "item": [{"linkId": "q", "extension": [{"url": "u", "valueExpression": condition}]}],
    }
    made = written_out(form)
    assert made["extension"] == [{"url": "kept"}]
    (extension,) = made["item"][0]["extension"]
    assert extension["valueExpression"]["expression"] == (
        "((%resource.item) + 1) > 1 and (%resource.item).exists() and %other"
    )


def test_only_what_the_judge_has_wrong_is_excused() -> None:
    below = "The quantity {} weeks (UCUM#wk) is less than the allowed minimum of 2 weeks (UCUM#wk)"
    assert excuse_for(message(below.format(26)), ()) == MIN_QUANTITY
    assert excuse_for(message(below.format(1)), ()) is None
    assert excuse_for(message(below.format(26).replace("UCUM#wk)", "UCUM#d)", 1)), ()) is None
    disabled = message("Item has answer, even though it is not enabled (item id = 'g_emg')")
    assert excuse_for(disabled, {("V01", "g_emg")}) == NOT_ENABLED
    assert excuse_for(disabled, {("V02", "g_emg")}) is None
    profile = "Profile '{}' could not be found"
    code = "Validation_VAL_Profile_Unknown"
    assert excuse_for(message(profile.format("http://hl7.org/fhir/uv/sdc/x"), code), ()) == (
        SDC_PROFILE
    )
    assert excuse_for(message(profile.format("http://example.org/x"), code), ()) is None
    assert excuse_for(message("anything else"), ()) is None


def test_messages_are_read_and_counted() -> None:
    line = (
        '{"file": "a/V01/f.json", "severity": "warning", "place": null, "code": "c", "text": "t"}'
    )
    (found,) = read_messages(f"{line}\n")
    assert (found.case, found.place, found.is_error) == ("V01", "", False)
    assert str(message("bad")) == "V01/questionnaire-response.json QR.item[0]: bad"
    assert kinds([found, message("x"), message("y")]) == "2 error c, 1 warning c"
    for odd in ("no json", '{"file": "f"}', line.replace("warning", "oops")):
        with pytest.raises(JudgeError):
            read_messages(odd)


def test_a_spoiled_file_must_be_refused() -> None:
    path = Path("cases/V01/questionnaire-response.json")
    check_refused([path], [message("no such element")])
    with pytest.raises(JudgeError, match="spoiled on purpose: V01"):
        check_refused([path], [message("fine", severity="warning")])


def test_differences_of_answers_are_named() -> None:
    wanted = {"item": [{"linkId": "a", "answer": [{"valueInteger": 1}]}, {"linkId": "b"}]}
    found = {"item": [{"linkId": "a", "answer": [{"valueInteger": 2}]}, {"linkId": "c"}]}
    assert [*differences(wanted, wanted)] == []
    other, answer = differences(found, wanted)
    assert other == "items in another order, without ['/b[1]'], with ['/c[1]']"
    assert answer.startswith("/a[1]: ")


def test_what_can_not_be_had_is_told_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    cry = "import sys; sys.exit('error: no such package')"
    with pytest.raises(JudgeError, match="ended with 1: error: no such package"):
        run([sys.executable, "-c", cry], Path())
    with pytest.raises(UnavailableError, match="no such package"):
        get([sys.executable, "-c", cry], Path())
    with pytest.raises(JudgeError, match=r"did not end in 0\.2 seconds"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], Path(), seconds=0.2)
    monkeypatch.setenv("PATH", "")
    for missing in (
        lambda: find("npm"),
        lambda: node_folder("medplum"),
        lambda: java_command("verapdf", "JudgePdf"),
    ):
        with pytest.raises(UnavailableError, match="is not installed"):
            missing()


def test_a_server_ends_with_us(tmp_path: Path) -> None:
    told = tmp_path / "told"

    def use_and_break_off() -> None:
        with serving([sys.executable, "-c", SERVER, str(told)]) as client:
            assert (client.port, told.exists()) == (8, False)
            with pytest.raises(JudgeError, match="GET /fhir/Patient/1"):
                client.read("Patient/1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use_and_break_off()
    assert told.read_text(encoding="utf-8") == "ended"


def test_a_server_that_does_not_start_says_why() -> None:
    script = "import sys; sys.exit('Caused by: no more room')"
    with (
        pytest.raises(JudgeError, match="does not start: Caused by: no more room"),
        serving([sys.executable, "-c", script]),
    ):
        pass
