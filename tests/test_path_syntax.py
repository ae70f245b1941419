"""The FHIRPath subset: what is refused when an expression is compiled, and how it is said."""

from __future__ import annotations

import pytest

from fhir.intake.path import PathError, compile_path

REFUSED = [
    ("", "The expression is empty."),
    ("  // only a comment", "The expression is empty."),
    ("item..linkId", "Column 6: a name is expected, not '.'."),
    ("status == 'completed'", "Column 9: '=' is not expected here."),
    ("item.where(linkId = 'demo'", "Column 27: ')' is expected, not the end."),
    ("(1 + 2", "Column 7: ')' is expected, not the end."),
    ("1 + 2)", "Column 6: ')' is not expected here."),
    ("item[0", "Column 7: ']' is expected, not the end."),
    ("{1}", "Column 2: '}' is expected, not '1'."),
    ("item.", "Column 6: a name is expected, not the end."),
    (".item", "Column 1: '.' is not expected here."),
    ("1 +", "Column 4: the end is not expected here."),
    ("* 2", "Column 1: '*' is not expected here."),
    ("item item", "Column 6: 'item' is not expected here."),
    ("answer.count() = 3 asdf", "Column 20: 'asdf' is not expected here."),
    ("1 && 2", "Column 4: '&' is not expected here."),
    ("!true", "Column 1: '!' is not expected here."),
    ("item; 1", "Column 5: ';' is not expected here."),
    ("'open", "The text that begins at column 1 has no closing quote."),
    ("`open", "The text that begins at column 1 has no closing quote."),
    ("1 /* open", "The comment that begins at column 3 has no end."),
    ('"text"', "Column 1: '\"' is not expected here."),
    ("@20", "Column 1: what follows @ is no date or time."),
    ("@2026-02-30", "Column 1: @2026-02-30 is no date or time that exists."),
    ("$that", "Column 1: '$' is not expected here."),
    ("item.$this", "Column 6: a name is expected, not '$this'."),
    ("%", "Column 2: a name is expected, not the end."),
    ("%nobody", "The variable %nobody is not known."),
    ("%`vs-x`", "The variable %vs-x is not known."),
    ("$index", "$index has no meaning here."),
    ("item.where($total = 1)", "$total has no meaning here."),
    ("item.take($index)", "$index has no meaning here."),
    ("item.resolve()", "Column 6: the function resolve() is not supported."),
    ("item.memberOf('x')", "Column 6: the function memberOf() is not supported."),
    ("item.Where(true)", "Column 6: the function Where() is not supported."),
    ("item.where()", "Column 6: where() does not take 0 arguments."),
    ("item.first(1)", "Column 6: first() does not take 1 arguments."),
    ("'a'.substring()", "Column 5: substring() does not take 0 arguments."),
    ("item.ofType()", "Column 6: ofType() needs one type."),
    ("item.ofType('Coding')", "Column 6: ofType() needs the name of a type."),
    ("item.ofType(Codign)", "Column 6: R4 has no type Codign."),
    ("item is coding", "Column 9: R4 has no type coding."),
    ("item is System.Coding", "Column 9: R4 has no type System.Coding."),
    ("item.year", "Column 6: a name is expected, not 'year'."),
    ("1 is 2", "Column 6: a name is expected, not '2'."),
    ("'a'.matches(linkId)", "Column 5: matches() needs a constant pattern."),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(PathError) as caught:
        compile_path(text)
    assert str(caught.value) == message


def test_a_regular_expression_is_checked_when_compiled() -> None:
    for pattern in ("(?=a)", r"(a)\\1", "["):
        with pytest.raises(PathError, match="RE2 cannot run the regular expression: "):
            compile_path(f"'a'.matches('{pattern}')")


ACCEPTED = [
    "item /* comment */ . // another\n linkId",
    "item.where ( linkId='a' )",
    "`item`.`linkId`",
    "contains.as.is.in",
    "item.contains",
    "item.`year`",
    "\t1\n+\r\n1 ",
    "(((1)))",
    "1.toString()",
    "%`resource`.item",
    "%'resource'.item",
    "item.answer.value as Quantity",
    "(item.answer.value as FHIR.Quantity).value",
    "1 as Integer + 1 as Integer + 1",
    "a or b and c implies d xor e",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text: str) -> None:
    assert compile_path(text).text == text


BOUNDS = [
    "(" * 100_000,
    "(" * 19_999,
    "[" * 19_999,
    "item[" * 4_000,
    "where(" * 3_000,
    "iif(true, " * 61 + "1" + ", 2)" * 61,
    "-" * 19_999 + "1",
    "1 + (" * 61 + "1" + ")" * 61,
    "1 implies 1 or 1 and 1 in 1 = 1 > 1 | 1 + 1 * (" * 30 + "1" + ")" * 30,
    "1" + " is Integer + 1" * 1_000,
    "1 or " * 4_000,
    "{" * 19_999,
    "%" * 19_999,
    "'" + "a" * 20_000 + "'",
    "/*" * 9_000,
    "1" * 200,
]


@pytest.mark.parametrize("text", BOUNDS, ids=lambda text: text[:16])
def test_hostile_text_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(PathError) as caught:
        compile_path(text)
    assert len(str(caught.value)) < 120
    assert str(caught.value).endswith(".")


def test_sixty_brackets_and_long_chains_are_no_nesting() -> None:
    deep = "(" * 60 + "1" + ")" * 60
    for text in (deep, "1" + " + 1" * 4_000, "item" + ".item" * 3_000, "1" + " or 1" * 3_000):
        compile_path(text)
    with pytest.raises(PathError, match="more than 60 brackets"):
        compile_path(f"({deep})")
