"""The dialect of JSONPath in filters (TMF630 part 6): RFC 9535 with bare names, `=~`, `[?()]` and names with an `@`.

Parsing is python-jsonpath's. What is changed: numbers keep their digits, patterns are not compiled by a library that
can be stalled, `[?()]` is `[*]`. Evaluates nothing.
"""

from decimal import Decimal
from functools import cache, lru_cache
from typing import cast

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError, JSONPathNameError
from jsonpath.filter import BaseExpression, FilterExpressionLiteral
from jsonpath.lex import Lexer
from jsonpath.parse import Parser
from jsonpath.selectors import Filter, KeysFilter, WildcardSelector
from jsonpath.stream import TokenStream
from jsonpath.token import TOKEN_FILTER, TOKEN_LPAREN, TOKEN_RE_FLAGS, TOKEN_RPAREN

from tmf_server.errors import InvalidInput, NotSupported
from tmf_server.rest.comparisons import read_number


class NumberLiteral(FilterExpressionLiteral[Decimal]):
    """A number as it was written."""

    __slots__ = ()


class PatternLiteral(FilterExpressionLiteral[str]):
    """A regular expression /…/ with its flags in front: (?i)…."""

    __slots__ = ()


class _Lexer(Lexer):
    key_pattern = r"@?[\u0080-\U0010FFFFa-zA-Z_][\u0080-\U0010FFFFa-zA-Z0-9_-]*"


class _Parser(Parser):
    def parse_integer_literal(self, stream: TokenStream) -> BaseExpression:
        return _number(stream.next().value)

    def parse_float_literal(self, stream: TokenStream) -> BaseExpression:
        return _number(stream.next().value.removeprefix(":"))

    def parse_regex(self, stream: TokenStream) -> BaseExpression:
        pattern = stream.next().value.replace("\\/", "/")
        flags = stream.next().value if stream.current().kind == TOKEN_RE_FLAGS else ""
        kept = "".join(sorted(set(flags) - {"a"}))  # RE2's classes are ASCII's anyway
        return PatternLiteral(value=f"(?{kept}){pattern}" if kept else pattern)

    def parse_filter_selector(self, stream: TokenStream, *, keys: bool = False) -> Filter | KeysFilter:
        empty = [stream.current().kind, stream.peek().kind, stream.peek(2).kind]
        if empty == [TOKEN_FILTER, TOKEN_LPAREN, TOKEN_RPAREN]:
            token = stream.next()
            stream.next()
            stream.next()
            return cast("Filter", WildcardSelector(env=self.env, token=token))
        return super().parse_filter_selector(stream, keys=keys)


def _number(text: str) -> NumberLiteral:
    try:
        return NumberLiteral(value=read_number(text))
    except ValueError as error:
        raise InvalidInput(f"{text[:40]!r} in the filter is too long for a number.", code="invalidFilter") from error


class _Environment(JSONPathEnvironment):
    lexer_class = _Lexer
    parser_class = _Parser


@cache
def _environment() -> JSONPathEnvironment:
    """Made for the first filter that needs it: making its lexer takes as long as loading a dozen modules."""
    return _Environment(well_typed=False, filter_caching=False)


@lru_cache(maxsize=256)
def parse_jsonpath(text: str) -> JSONPath:
    """The query as python-jsonpath's tree. Raises InvalidInput for bad syntax, NotSupported for what is not built."""
    try:
        query = _environment().compile(text)
    except JSONPathNameError as error:
        raise unsupported("functions") from error
    except (JSONPathError, RecursionError) as error:
        raise InvalidInput(
            f"The filter is not valid JSONPath: {_first_line(error)}.",
            message="filter: expected JSONPath such as $[?(@.name=='x')] or note[?(@.author=='x')]",
            code="invalidFilter",
        ) from error
    if isinstance(query, CompoundJSONPath):
        raise unsupported("unions and intersections of queries")
    return query


def unsupported(what: str) -> NotSupported:
    """The refusal of a filter that is right and that is not built."""
    return NotSupported(f"JSONPath filters here know no {what}. They know names, [*], filters, comparisons, && || !.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["too deeply nested"])[0].rstrip(".")
