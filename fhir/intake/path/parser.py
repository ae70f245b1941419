"""Tokens to parts, by precedence; everything is bounded and nothing is guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fhir.intake.path.errors import OutsideError, PathError
from fhir.intake.path.lexer import Token, tokenize
from fhir.intake.path.quantity import WORDS, Quantity
from fhir.intake.path.syntax import (
    Call,
    Chain,
    Index,
    Literal,
    Member,
    Sign,
    Special,
    Steps,
    TypeName,
    Variable,
)
from fhir.intake.path.temporal import DATE, DATE_TIME, TIME, parse_temporal

if TYPE_CHECKING:
    from fhir.intake.path.syntax import Part

MAX_BRACKETS: Final = 60
MAX_DEPTH: Final = 120
_MAX_DIGITS: Final = 28
# loosest first
_LEVELS: Final = (
    {"implies"},
    {"or", "xor"},
    {"and"},
    {"in", "contains"},
    {"=", "~", "!=", "!~"},
    {"<", "<=", ">", ">="},
    {"|"},
    {"is", "as"},
    {"+", "-", "&"},
    {"*", "/", "div", "mod"},
)
_TYPE_LEVEL: Final = 7
_TIGHTEST: Final = len(_LEVELS) - 1
_MAX_TYPES: Final = 10
# as, is, in and contains may also name an element
_KEYWORDS: Final = {"and", "or", "xor", "implies", "div", "mod", "true", "false"} | WORDS.keys()


def parse(text: str) -> Part:
    """Parse an expression; raises PathError with the column."""
    parser = _Parser(tokenize(text))
    if parser.peek().kind == "end":
        raise PathError("The expression is empty.")
    part = parser.expression()
    if parser.peek().kind != "end":
        raise parser.unexpected()
    return part


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._brackets = 0
        self._depth = 0

    def peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _is(self, sign: str) -> bool:
        token = self.peek()
        return token.text == sign and token.kind == "sign"

    def _accept(self, sign: str) -> bool:
        found = self._is(sign)
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise self.unexpected(f"{sign!r}")

    def unexpected(self, wanted: str = "") -> PathError:
        token = self.peek()
        got = "the end" if token.kind == "end" else repr(token.text[:40])
        wish = f"{wanted} is expected, not {got}" if wanted else f"{got} is not expected here"
        return PathError(f"Column {token.column}: {wish}.")

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise OutsideError(f"The expression is nested deeper than {MAX_DEPTH} levels.")

    def _open(self) -> None:
        self._brackets += 1
        if self._brackets > MAX_BRACKETS:
            raise OutsideError(
                f"The expression has more than {MAX_BRACKETS} brackets open at once."
            )

    def expression(self, loosest: int = 0) -> Part:
        """Parse operators from a level on: the operand first, then ever looser operators."""
        self._enter()
        left = self._unary()
        level, types = _TIGHTEST, 0
        while level >= loosest:
            rest = []
            while (sign := self._operator(level)) is not None:
                rest.append((sign, self._operand(level)))
            if rest:
                left = Chain(left, tuple(rest))
            # no operand stands after a type, so tighter operators may: x as integer + 1
            again = bool(rest) and level == _TYPE_LEVEL
            types += again
            if types > _MAX_TYPES:
                raise OutsideError("The expression asks for too many types in a row.")
            level = _TIGHTEST if again else level - 1
        self._depth -= 1
        return left

    def _operand(self, level: int) -> Part:
        if level == _TYPE_LEVEL:
            return self._type_name()
        return self.expression(level + 1)

    def _operator(self, level: int) -> str | None:
        token = self.peek()
        if token.kind in {"sign", "name"} and token.text in _LEVELS[level]:
            return self._take().text
        return None

    def _type_name(self) -> TypeName:
        column = self.peek().column
        name = self._identifier()
        if self._accept("."):
            name += f".{self._identifier()}"
        return TypeName(name, column)

    def _unary(self) -> Part:
        signs = []
        while self._is("-") or self._is("+"):
            signs.append(self._take().text)
            if len(signs) > MAX_BRACKETS:
                raise OutsideError("The expression has too many signs in a row.")
        part = self._path()
        for sign in reversed(signs):
            part = Sign(sign, part)
        return part

    def _path(self) -> Part:
        start = self._term()
        steps: list[Member | Call | Index] = []
        if isinstance(start, Member | Call):
            steps.append(start)
            start = None
        while True:
            if self._accept("."):
                step = self._invocation()
                steps.append(step)
            elif self._accept("["):
                self._open()
                steps.append(Index(self.expression()))
                self._brackets -= 1
                self._expect("]")
            else:
                break
        if steps:
            return Steps(start, tuple(steps))
        assert start is not None
        return start

    def _term(self) -> Part | Member | Call | None:
        token = self.peek()
        if token.kind == "sign":
            return self._bracketed()
        if token.kind == "name" and token.text in {"true", "false"}:
            self._take()
            return Literal((token.text == "true",))
        if token.kind in {"name", "quoted"}:
            return self._invocation()
        self._take()
        if token.kind == "string":
            return Literal((token.text,))
        if token.kind == "number":
            return self._number(token)
        if token.kind == "date":
            return _date(token)
        if token.kind == "special":
            return Special(token.text[1:])
        raise self.unexpected()

    def _bracketed(self) -> Part:
        if self._accept("("):
            self._open()
            part = self.expression()
            self._brackets -= 1
            self._expect(")")
            return part
        if self._accept("{"):
            self._expect("}")
            return Literal(())
        if self._accept("%"):
            token = self.peek()
            if token.kind == "string":
                return Variable(self._take().text)
            return Variable(self._identifier())
        raise self.unexpected()

    def _number(self, token: Token) -> Literal:
        digits = token.text.replace(".", "")
        if len(digits.lstrip("0")) > _MAX_DIGITS or len(digits) > 2 * _MAX_DIGITS:
            raise OutsideError(f"Column {token.column}: a number has more than 28 digits.")
        following = self.peek()
        if following.kind == "string":
            return Literal((Quantity(Decimal(token.text), self._take().text),))
        if following.kind == "name" and following.text in WORDS:
            word = self._take().text
            quantity = Quantity(Decimal(token.text), WORDS[word], calendar=True, word=word)
            return Literal((quantity,))
        return Literal((Decimal(token.text) if "." in token.text else int(token.text),))

    def _invocation(self) -> Member | Call:
        if self.peek().kind == "special":
            raise self.unexpected("a name")
        column = self.peek().column
        name = self._identifier()
        if not self._accept("("):
            return Member(name)
        self._open()
        arguments: list[Part] = []
        if not self._is(")"):
            arguments.append(self.expression())
            while self._accept(","):
                arguments.append(self.expression())
        self._brackets -= 1
        self._expect(")")
        return Call(name, tuple(arguments), column)

    def _identifier(self) -> str:
        token = self.peek()
        is_name = token.kind == "name" and token.text not in _KEYWORDS
        if not is_name and token.kind != "quoted":
            raise self.unexpected("a name")
        return self._take().text


def _date(token: Token) -> Literal:
    text = token.text[1:]
    kind = TIME if text.startswith("T") else DATE_TIME if "T" in text else DATE
    value = parse_temporal(text, kind)
    if value is None:
        raise PathError(f"Column {token.column}: {token.text} is no date or time that exists.")
    return Literal((value,))
