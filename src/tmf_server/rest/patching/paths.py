"""The paths of patch operations, parsed (RFC 6901; TMF630 parts 5 and 6). Pure; sees no document.

A path is one of
- a JSON pointer: `/validFor/endDateTime`, `/note/0`, `/note/-`;
- in a JSON Patch Query, a pointer with conditions: `/note/text?note.author=John Doe&note.id=7`. Names lead through
  arrays into every element; a condition starts at the outermost attribute (`note.author`) or at the elements (`id`);
- in a JSON Patch Query, a JSONPath: `note[?(@.author=='John Doe')].text`, with or without `$.` before it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from jsonpath.selectors import Filter, IndexSelector, JSONPathSelector, NameSelector, WildcardSelector

from tmf_server.contracts.pointers import unescape
from tmf_server.errors import InvalidInput
from tmf_server.rest.patching.element_tests import element_test, only_selector
from tmf_server.rest.query.jsonpathsyntax import parse_jsonpath, unsupported
from tmf_server.storage.query.conditions import Charge

Token = str | int
Tokens = tuple[Token, ...]
Test = Callable[[Any, Charge], bool]

EACH = ".*"
INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
LONGEST_PATH = 2000
MOST_STEPS = 64


class BadPathError(ValueError):
    """The path itself is wrong, whatever the document; the text says what was expected."""


@dataclass(frozen=True)
class Pick:
    """A step into those elements of an array that pass a JSONPath filter."""

    passes: Test


@dataclass(frozen=True)
class Condition:
    """A condition behind the `?` of a path: some value at the dotted name is written like the text."""

    names: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Query:
    """A path that may mean several places: steps, each a name, an index, EACH or a Pick, and conditions."""

    steps: tuple[str | int | Pick, ...]
    conditions: tuple[Condition, ...] = ()


Path = Tokens | Query


def parse_path(text: str, *, queries: bool) -> Path:
    """The path of an operation; with `queries` in the syntax of a JSON Patch Query.

    A missing leading slash and a leading dot are tolerated: published examples have them.
    Raises BadPathError, and NotSupported for a JSONPath that is right and that is not built.
    """
    if len(text) > LONGEST_PATH:
        raise BadPathError(f"a path of at most {LONGEST_PATH} characters")
    if queries and (text.startswith("$") or "[" in text.split("?", maxsplit=1)[0] or "[?" in text):
        return _json_path(text)
    text = text.removeprefix(".")
    pointer, mark, conditions = text.partition("?") if queries else (text, "", "")
    tokens = _pointer(pointer)
    if mark and not tokens:
        raise BadPathError("a path in front of the ?")
    return Query(tokens, _conditions(conditions, pointer)) if mark else tokens


def _pointer(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    parts = text.removeprefix("/").split("/")
    if len(parts) > MOST_STEPS:
        raise BadPathError(f"a path of at most {MOST_STEPS} parts")
    if any(re.search(r"~(?![01])", part) for part in parts):
        raise BadPathError("a JSON pointer, in which ~ is written ~0 and / in a name ~1")
    return tuple(map(unescape, parts))


def _conditions(text: str, pointer: str) -> tuple[Condition, ...]:
    return tuple(_condition(part, "/" + pointer.strip("/")) for part in text.split("&"))


def _condition(text: str, pointer: str) -> Condition:
    name, equals, value = text.partition("=")
    if not equals or not name or "[" in name:
        raise BadPathError(
            "conditions of the form name=value behind the ?, joined by &; others as JSONPath: note[?(@.id=='7')]"
        )
    value = unquote(value)
    # A published example writes the array's path before the value: value=/a/b/Black.
    parent = pointer.rpartition("/")[0] + "/"
    value = value.removeprefix(parent) if len(parent) > 1 else value
    if len(value) > 1 and value[0] == value[-1] == "'":
        value = value[1:-1]
    return Condition(tuple(unquote(name).split(".")), value)


def _json_path(text: str) -> Query:
    # Published examples start one with a dot; a slash is what a pointer would start with.
    text = text.removeprefix("/").removeprefix(".")
    try:
        steps = tuple(_step(only_selector(segment)) for segment in parse_jsonpath(text).segments)
    except InvalidInput as error:
        raise BadPathError(f"a JSONPath such as note[?(@.id=='7')].text; {error.reason}") from error
    if len(steps) > MOST_STEPS:
        raise BadPathError(f"a path of at most {MOST_STEPS} parts")
    if not steps:
        raise BadPathError("a JSONPath that names an attribute, such as note[?(@.id=='7')].text")
    return Query(steps)


def _step(selector: JSONPathSelector) -> str | int | Pick:
    if isinstance(selector, NameSelector):
        return selector.name
    if isinstance(selector, WildcardSelector):
        return EACH
    if isinstance(selector, Filter):
        return Pick(element_test(selector))
    if isinstance(selector, IndexSelector) and selector.index >= 0:
        return selector.index
    raise unsupported("slices, keys and negative indexes in the path of a patch")
