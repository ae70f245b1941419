"""What a form of any author says around its questions; `messages` has the wording of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.web.authored import authored, brief, joined
from intake.web.messages import LANGUAGE

if TYPE_CHECKING:
    from fhir.intake.items import Item

UNTITLED: Final = "Your answer"
UNTITLED_ROWS: Final = "Entries"
NUMBERED: Final = "Question {n}"
"""A question without words, where there are several."""
BOX: Final = "Answer {n}"
ADD: Final = "Add another answer"
REMOVE: Final = "Remove"
OTHER: Final = "Other"
OWN_WORDS: Final = "Your own words"
ADD_OWN_WORDS: Final = "Add more of your own words"
FIND: Final = "Find"
SEARCH: Final = "Search the answers"
AMOUNT: Final = "Number"
UNIT: Final = "Unit"
SELECT_UNIT: Final = "Select a unit"
TIME: Final = "Time"
TIME_HINT: Final = "For example, 14:30"
MOMENT_HINT: Final = "For example, 27 3 2026 (day, month, year) and 14:30"
UNSUPPORTED: Final = "This question can not be answered here. Your care team can ask you about it."

NOT_TIME: Final = "Enter a time with hours and minutes, such as 14:30"
NO_NUMBER: Final = "Enter a number before the unit"
NO_UNIT: Final = "Select the unit of the number"
NO_OWN_WORDS: Final = "Enter your own words beside “Other”"
EITHER: Final = "Select “Other” to use your own words, or clear them"
TWICE: Final = "Give each answer once"
NOT_FOUND_YET: Final = "Select one of the answers that were found, or clear the search"
NOT_ADDRESS: Final = "Enter an address without spaces, such as https://example.org"
FULL: Final = "There are too many entries for one page. Tell your care team about the others."
TOO_SHORT: Final = "Use {min} characters or more"
OTHER_FORM: Final = "Write the answer in this form: {form}"
NO_SUCH_FORM: Final = "Check how you wrote this: it does not have the form that is needed"
ELSE: Final = "Check this answer: {fault}"
DECIMALS: Final = "Use {places} decimal places at most"

_LONGEST_ECHO: Final = 60
"""Characters of what was searched that are said again."""


def own_title(item: Item) -> str:
    """Return the words that the form has for a question or for rows, "" where it has none."""
    words = item.wording(LANGUAGE).strip() or (item.label or "")
    if not words:
        words = next((code["display"] for code in item.codes if code.get("display")), "")
    return " ".join(filter(None, [item.prefix, words]))


def title(item: Item) -> str:
    """Return the text of a question or of rows, which may have none of its own."""
    return own_title(item) or (UNTITLED_ROWS if item.is_group else UNTITLED)


def shown_title(item: Item, lang: str = "") -> str:
    """Return the title of a question in a language, perhaps as markup."""
    return authored(title(item), lang if own_title(item) else "")


def brief_title(item: Item, lang: str = "") -> str:
    """Return the title of a question, or its beginning, perhaps as markup."""
    return authored(brief(title(item)), lang if own_title(item) else "")


def hints(item: Item, language: str = "") -> str | None:
    """Return what helps to answer: the hint, the texts below the question, and how to write.

    ``language`` is that of the form. A date has boxes that say how to write it.
    """
    below = [child for child in item.children if child.is_text and not comes_and_goes(child)]
    texts = [
        authored(child.wording(LANGUAGE), text_language(child, language))
        for child in (item.hint, *below)
        if child is not None
    ]
    if item.entry_format and item.type not in {"date", "dateTime"}:
        texts.append(authored(item.entry_format, language))
    return joined(texts) or None


def text_language(item: Item, language: str) -> str:
    """Return the language of an item's text in a form of a language, "" for that of the page."""
    return "" if LANGUAGE in item.translations else language


def comes_and_goes(display: Item) -> bool:
    """Tell whether a text is not always shown."""
    return bool(display.hidden or display.enable_when or display.enable_expression)


def found(shown: int, matching: int, total: int, query: str) -> str:
    """Return what is said about the answers that a search shows."""
    query = query if len(query) <= _LONGEST_ECHO else f"{query[:_LONGEST_ECHO]}…"
    if not query:
        return f"The first {shown} of {total} answers. To see others, enter some letters."
    if not matching:
        return f"None of the {total} answers matches “{query}”. Enter fewer letters."
    if shown < matching:
        return f"{shown} of the {matching} answers that match. To see fewer, add letters."
    return f"{matching} of {total} answers {'matches' if matching == 1 else 'match'}."


def too_few(item: Item) -> str:
    """Return what is said when there are fewer answers, or rows, than the form needs."""
    return f"Give at least {item.min_occurs} {'entries' if item.is_rows else 'answers'}"


def too_many(item: Item, most: int) -> str:
    """Return what is said when there are more answers than the form takes."""
    return f"{'Select' if item.options else 'Give'} {most} answers at most"
