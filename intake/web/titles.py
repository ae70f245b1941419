"""The texts of a form as the pages show them: with their numbers, and in which language."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from intake.web import form_texts, notices
from intake.web.authored import authored, brief, joined
from intake.web.messages import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhir.intake.items import Form, Item
    from intake.web.outline import Path

_TAG: Final = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class PageTitle(NamedTuple):
    """The title of a page in the words of its author, and which of several such pages it is."""

    text: str
    lang: str
    part: str

    @property
    def plain(self) -> str:
        """The title, or its beginning, where there is no room for markup."""
        return f"{brief(self.text)}{self.part}"

    @property
    def brief(self) -> str:
        """The title, or its beginning, perhaps as markup."""
        return joined([authored(brief(self.text), self.lang), self.part], "")

    @property
    def shown(self) -> str:
        """The whole title, perhaps as markup."""
        return joined([authored(self.text, self.lang), self.part], "")


def full_text(item: Item, *, short: bool = False) -> str:
    """Return the text of an item in the page's language, or its label, after its number."""
    text = item.short if short else item.wording(LANGUAGE)
    return f"{item.prefix} {text}" if item.prefix else text


def language_of(form: Form, item: Item | None = None) -> str:
    """Return the language of an item's text, or of the title; "" where it is the page's."""
    if _is_page_language(form.language):
        return ""
    return form_texts.text_language(item, form.language) if item is not None else form.language


def _is_page_language(tag: str) -> bool:
    return tag.lower().partition("-")[0] == LANGUAGE or not _TAG.fullmatch(tag)


def named(form: Form, item: Item) -> Item:
    """Return a question as pages ask it: where several have no words, with a number for them."""
    name = _numbers(form).get(item.link_id)
    return replace(item, translations={**item.translations, LANGUAGE: name}) if name else item


@lru_cache(maxsize=64)
def _numbers(form: Form) -> Mapping[str, str]:
    """Return what questions without words are called where a page has several."""
    found: dict[str, str] = {}
    for page in form.pages:
        asked = [i for i in page.walk() if (i.is_question or i.is_rows) and not i.hidden]
        blank = {
            item.link_id: form_texts.NUMBERED.format(n=number)
            for number, item in enumerate(asked, 1)
            if not form_texts.own_title(item)
        }
        if len(blank) > 1:
            found |= blank
    return found


def shown_title(form: Form, item: Item) -> str:
    """Return the title of a question or of rows, perhaps as markup."""
    item = named(form, item)
    return form_texts.shown_title(item, language_of(form, item))


def brief_title(form: Form, item: Item) -> str:
    """Return the title, or its beginning, perhaps as markup."""
    item = named(form, item)
    return form_texts.brief_title(item, language_of(form, item))


@lru_cache(maxsize=64)
def page_titles(form: Form) -> Mapping[str, PageTitle]:
    """Return the titles of all pages by name; those of a section that was split are numbered."""
    texts = {page.link_id: full_text(page) or form.title for page in form.pages}
    several = {text: number for text, number in Counter(texts.values()).items() if number > 1}
    so_far: Counter[str] = Counter()
    titles = {}
    for page in form.pages:
        text = texts[page.link_id]
        so_far[text] += 1
        part = f" ({so_far[text]} of {several[text]})" if text in several else ""
        lang = language_of(form, page) if text else ""
        titles[page.link_id] = PageTitle(text or notices.UNTITLED, lang, part)
    return titles


def page_title(form: Form, page: Item) -> PageTitle:
    """Return the title of a page, also of the one that asks who it is."""
    return page_titles(form).get(page.link_id) or PageTitle(page.text, "", "")


def heading(form: Form, path: Path, title: str = "") -> str:
    """Return the page, groups and rows around answers, such as "Medicines: Medicine (2)"."""
    texts = (_numbered(form, item, number) for item, number in path)
    return joined([title, *texts], ": ")


def _numbered(form: Form, item: Item, number: int | None) -> str:
    if not number:
        return authored(brief(full_text(item)), language_of(form, item))
    return joined([brief_title(form, item), f" ({number})"], "")
