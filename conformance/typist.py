"""A person at LHC-Forms, who answers the questions of a response one after the other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

Json: TypeAlias = dict[str, Any]


def type_response(page: Page, response: Json) -> None:
    """Answer each question of an open form; raises the browser's error where that fails."""
    for item, field in _fields(response["item"], ()):
        for answer in item.get("answer", ()):
            _answer(page, field, answer)
    page.wait_for_timeout(1000)  # conditions are worked out a moment after the last key


def _fields(items: list[Json], above: tuple[int, ...]) -> Iterator[tuple[Json, str]]:
    """Yield items with the id of their field: the link id, and a number for each level."""
    numbers: dict[str, int] = {}
    for item in items:
        name = item["linkId"]
        numbers[name] = numbers.get(name, 0) + 1
        path = (*above, numbers[name])
        yield item, f"{name}/{'/'.join(map(str, path))}"
        yield from _fields(item.get("item", []), path)


def _answer(page: Page, field: str, answer: Json) -> None:
    match answer:
        case {"valueCoding": coding}:
            option = f"{field}|{coding['system']}|{coding['code']}"
            page.locator(f'[id="{option}"]').click()
        case {"valueDate": day}:
            text = f"{date.fromisoformat(day):%m/%d/%Y}"
            _write(page.locator(f'[id="{field}"] input'), text, "Enter")
        case {"valueQuantity": quantity}:
            _write(page.locator(f'[id="{field}"]'), str(quantity["value"]))
        case _:
            (value,) = answer.values()
            _write(page.locator(f'[id="{field}"]'), str(value))


def _write(place: Locator, text: str, *keys: str) -> None:
    place.fill(text)
    for key in (*keys, "Tab"):
        place.press(key)
