"""The dialect of JSONPath in filters (TMF630 part 6): RFC 9535 with bare names, `=~`, `[?()]` and names with an `@`.

Parsing is python-jsonpath's, with changes: numbers keep all digits, no library with a backtracking engine compiles
patterns, `[?()]` is `[*]`, the library's own additions to the language are mistakes. Evaluates nothing.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import cast

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath import token as tokens
from jsonpath.exceptions import JSONPathError, JSONPathSyntaxError
from jsonpath.filter import BaseExpression, FilterExpressionLiteral
from jsonpath.lex import Lexer
from jsonpath.parse import Parser
from jsonpath.selectors import Filter, KeysFilter, SingularQuerySelector, WildcardSelector
from jsonpath.stream import TokenStream
from jsonpath.token import Token

from tmf_server.errors import InvalidInput, NotSupported
from tmf_server.rest.query.comparisons import read_number, too_many_conditions

MOST_CONDITIONS = 100
"""Conditions allowed in a query without a setting."""

SURROGATE = re.compile("[\ud800-\udfff]")

FUNCTIONS = frozenset({"length", "count", "match", "search", "value"})
"""The functions of RFC 9535, 2.4; none is built."""

FOREIGN = frozenset(
    {
        tokens.TOKEN_KEYS,
        tokens.TOKEN_KEYS_FILTER,
        tokens.TOKEN_KEY_NAME,
        tokens.TOKEN_KEY,
        tokens.TOKEN_PSEUDO_ROOT,
        tokens.TOKEN_FILTER_CONTEXT,
        tokens.TOKEN_UNION,
        tokens.TOKEN_INTERSECTION,
        tokens.TOKEN_IN,
        tokens.TOKEN_CONTAINS,
        tokens.TOKEN_LG,
        tokens.TOKEN_UNDEFINED,
        tokens.TOKEN_MISSING,
    }
)
"""Signs and words of the library, unknown to RFC 9535 and TMF630."""


SPELLINGS = {
    tokens.TOKEN_NOT: "!",
    tokens.TOKEN_AND: "&&",
    tokens.TOKEN_OR: "||",
    tokens.TOKEN_NIL: "null",
    tokens.TOKEN_TRUE: "true",
    tokens.TOKEN_FALSE: "false",
}
"""The only spellings in RFC 9535 of tokens with further words in the library, such as `and` and `nil`."""


class NumberLiteral(FilterExpressionLiteral[Decimal]):
    """A number with the digits as written."""

    __slots__ = ()


class PatternLiteral(FilterExpressionLiteral[str]):
    """A regular expression /…/ with the flags in front: (?i)…."""

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
        flags = stream.next().value if stream.current().kind == tokens.TOKEN_RE_FLAGS else ""
        kept = "".join(sorted(set(flags) - {"a"}))  # RE2's classes are ASCII's anyway
        return PatternLiteral(value=f"(?{kept}){pattern}" if kept else pattern)

    def parse_singular_query_selector(self, stream: TokenStream) -> SingularQuerySelector:
        raise JSONPathSyntaxError("expected a name in quotes, * or a filter in the brackets", token=stream.current())

    def parse_list_literal(self, stream: TokenStream) -> BaseExpression:
        raise JSONPathSyntaxError("there are no lists", token=stream.current())

    def _decode_string_literal(self, token: Token) -> str:
        text = super()._decode_string_literal(token)
        if "\0" in text or SURROGATE.search(text):
            raise JSONPathSyntaxError("a text has NUL or half of a surrogate pair in it", token=token)
        return text

    def parse_filter_selector(self, stream: TokenStream, *, keys: bool = False) -> Filter | KeysFilter:
        empty = [stream.current().kind, stream.peek().kind, stream.peek(2).kind]
        if empty == [tokens.TOKEN_FILTER, tokens.TOKEN_LPAREN, tokens.TOKEN_RPAREN]:
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
    """Make the environment at the first filter: making the lexer takes as long as loading a dozen modules."""
    return _Environment(well_typed=False, filter_caching=False)


@lru_cache(maxsize=256)
def parse_jsonpath(text: str, most_conditions: int = MOST_CONDITIONS) -> JSONPath:
    """The query as python-jsonpath's tree. Raises InvalidInput for bad syntax and for too many conditions."""
    environment = _environment()
    try:
        stream = TokenStream(_checked(environment.lexer.tokenize(text), most_conditions))
        return JSONPath(env=environment, segments=environment.parser.parse(stream))
    except (JSONPathError, RecursionError) as error:
        first_line = (str(error).splitlines() or ["too deeply nested"])[0].rstrip(".")
        raise InvalidInput(
            f"The filter is not valid JSONPath: {first_line}.",
            message="filter: expected JSONPath such as $[?(@.name=='x')] or note[?(@.author=='x')]",
            code="invalidFilter",
        ) from error


def _checked(found: Iterable[Token], most_conditions: int) -> Iterator[Token]:
    """Yield the tokens. Refuse foreign tokens and too many conditions before the parser, slow for many, reads on."""
    joined = 0
    for token in found:
        is_foreign = token.kind in FOREIGN or SPELLINGS.get(token.kind, token.value) != token.value
        if is_foreign or (token.kind == tokens.TOKEN_FUNCTION and token.value not in FUNCTIONS):
            raise JSONPathSyntaxError(f"{token.value!r} is no part of it", token=token)
        joined += token.kind in (tokens.TOKEN_AND, tokens.TOKEN_OR)
        if joined >= most_conditions:
            raise too_many_conditions(most_conditions)
        yield token


def unsupported(what: str) -> NotSupported:
    """Return the refusal of a valid filter without support."""
    return NotSupported(f"JSONPath filters here know no {what}. They know names, [*], filters, comparisons, && || !.")
