"""The JSONPath subset of the double's `filter=`: `$[?()]`, `note[?()]`, `$.note[?()]` with && || ! and comparisons."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tmf_double import query
from tmf_double.refusal import Refused

Test = Callable[[Any], bool]
_TOKEN = re.compile(
    r"\s*(?:(&&|\|\||==|!=|>=|<=|=~|[()!<>])|(@(?:\.[\w@]+)+)|('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(-?\d+(?:\.\d+)?)|(true|false))"
)
_FRAME = re.compile(r"^(?:\$?\.?([\w@.\[*\]]+?))?\$?\[\?\((.*)\)\]$", re.DOTALL)
_OPS = {"==": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=~": "regex"}


@dataclass(frozen=True)
class Filter:
    """One filter: true for a record when some element at `path` (the record itself when empty) passes `test`."""

    path: str
    test: Test

    def matches(self, record: Any) -> bool:
        elements = query.values(record, self.path) if self.path else [record]
        return any(self.test(element) for element in elements)


def parse(text: str, kind: Callable[[str], str]) -> Filter:
    """A filter from its text. `kind` gives the type of an attribute by dotted path."""
    found = _FRAME.match(text.strip())
    if not found:
        raise Refused(400, f"{text!r} is no JSONPath filter", "write $[?(@.attribute=='value')]")
    path = (found.group(1) or "").replace("[*]", "").strip(".")
    parser = _Parser(found.group(2), lambda inner: kind(f"{path}.{inner}" if path else inner))
    return Filter(path, parser.whole())


class _Parser:
    """A recursive descent over the tokens of one expression."""

    def __init__(self, text: str, kind: Callable[[str], str]) -> None:
        self._tokens, self._kind = _tokens(text), kind
        if self._tokens.count("(") + self._tokens.count("!") > 50:
            raise Refused(400, "the JSONPath filter is nested too deeply", "use at most 50 brackets")

    def whole(self) -> Test:
        test = self._either()
        if self._tokens:
            raise _wrong(self._tokens[0])
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("||"):
            tests.append(self._both())
        return lambda element: any(test(element) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take("&&"):
            tests.append(self._one())
        return lambda element: all(test(element) for test in tests)

    def _one(self) -> Test:
        if self._take("!"):
            inner = self._one()
            return lambda element: not inner(element)
        if self._take("("):
            test = self._either()
            if not self._take(")"):
                raise _wrong(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        left = self._next()
        if not left.startswith("@."):
            raise _wrong(left)
        path = left[2:]
        if not self._tokens or self._tokens[0] not in _OPS:
            return lambda element: bool(query.values(element, path))
        op, literal = _OPS[self._next()], self._next()
        kind = self._kind(path)
        wanted = _literal(literal, kind)
        return lambda element: any(
            query.compare(op, query.same_type(kind, value), wanted) for value in query.values(element, path)
        )

    def _take(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False

    def _next(self) -> str:
        if not self._tokens:
            raise _wrong("the end")
        return self._tokens.pop(0)


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise _wrong(text[position : position + 10])
        found.append(match.group(0).strip())
        position = match.end()
    return found


def _literal(token: str, kind: str) -> Any:
    text = token[1:-1] if token[:1] in "'\"" else token
    return query.typed(kind, text)


def _wrong(token: str) -> Refused:
    return Refused(400, f"the JSONPath filter cannot be read at {token!r}", "compare @.attribute with a literal")
