"""The Questionnaire that leaves the product names no number that only its own pages fill in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fhir.intake.loading import standard_questionnaire
from fhir.intake.publishing import publish
from fhir.intake.reading import read_items
from fhir.intake.validation import check_response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.content import RuledContent


def texts(items: Any) -> Iterator[str]:
    for item in items:
        yield json.dumps([item.get("text"), item.get("_text"), item.get("answerOption")])
        yield from texts(item.get("item", ()))


def test_no_text_has_a_name_to_fill_in(content: RuledContent) -> None:
    assert any("{" in text.replace("{}", "") for text in texts(standard_questionnaire()["item"]))
    sent = [*texts(content.questionnaire["item"])]
    assert not [text for text in sent if "_number}" in text or "clinic_phone}" in text]


def test_all_else_is_as_it_was() -> None:
    given = standard_questionnaire()
    named = json.dumps(given, ensure_ascii=False)
    sent = json.dumps(publish(given), ensure_ascii=False)
    assert given == standard_questionnaire()
    start = sent.index("your local emergency number")
    assert named[:start] == sent[:start]
    assert [*_link_ids(publish(given)["item"])] == [*_link_ids(given["item"])]


def test_our_own_pages_still_fill_in_the_number(content: RuledContent) -> None:
    assert any("{emergency_number}" in item.text for item in content.form.items.values())


def _link_ids(items: Any) -> Iterator[str]:
    for item in items:
        yield item["linkId"]
        yield from _link_ids(item.get("item", ()))


def test_a_response_may_repeat_the_published_text(content: RuledContent) -> None:
    start = publish(standard_questionnaire())["item"][0]
    shown = {key: start["item"][0][key] for key in ("linkId", "text")}
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": content.form.canonical,
        "status": "in-progress",
        "item": [{"linkId": start["linkId"], "text": start["text"], "item": [shown]}],
    }
    issues = check_response(response, content.form, now=datetime(2026, 11, 25, tzinfo=UTC))
    assert [issue for issue in issues if issue.severity == "error"] == []
    assert read_items(response, content.form) == ({}, [])
