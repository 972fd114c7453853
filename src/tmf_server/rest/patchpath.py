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

from tmf_server.rest.elementtest import BadFilterError, element_test

Token = str | int
Tokens = tuple[Token, ...]
Test = Callable[[Any], bool]

EACH = ".*"
INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
LONGEST_PATH = 2000
MOST_STEPS = 64

_NAME = re.compile(r"[^.\[\]/?()'\"]+")
_INDEXED = re.compile(r"\[\s*(\d{1,10}|\*)\s*\]", re.ASCII)
_QUOTED = re.compile(r"\[\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*\]")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|/(?:[^/\\\s()]|\\.)+/")


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
    """The path of an operation; with `queries` in the syntax of a JSON Patch Query. Raises BadPathError.

    A missing leading slash and a leading dot are tolerated: published examples have them.
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
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


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
    """Names, indexes, [*] and filters; separated by dots, or by slashes as in a pointer."""
    steps: list[str | int | Pick] = []
    place = 1 if text.startswith("$") else 0
    while place < len(text):
        if len(steps) == MOST_STEPS:
            raise BadPathError(f"a path of at most {MOST_STEPS} parts")
        if text[place] in "./" and text[place + 1 : place + 2] not in ("", ".", "/", "?"):
            place += 1
        step, place = _step(text, place)
        steps.append(step)
    if not steps:
        raise BadPathError("a JSONPath that names an attribute, such as note[?(@.id=='7')]")
    return Query(tuple(steps))


def _step(text: str, place: int) -> tuple[str | int | Pick, int]:
    if name := _NAME.match(text, place):
        return name[0], name.end()
    if index := _INDEXED.match(text, place):
        return EACH if index[1] == "*" else int(index[1]), index.end()
    if quoted := _QUOTED.match(text, place):
        return re.sub(r"\\(.)", r"\1", quoted[1] or quoted[2] or ""), quoted.end()
    if text.startswith("[?", place):
        end = _closing(text, place)
        return _pick(text[place + 2 : end].strip()), end + 1
    raise BadPathError(f"a JSONPath of names, [n], [*] and [?(...)]; {text[place : place + 20]!r} is none of them")


def _pick(text: str) -> Pick:
    try:
        return Pick(element_test(text))
    except BadFilterError as error:
        raise BadPathError(str(error)) from error


def _closing(text: str, place: int) -> int:
    """The bracket that closes the one at `place`; brackets inside of strings and regular expressions do not count."""
    depth = 0
    while place < len(text):
        string = _STRING.match(text, place)
        if string:
            place = string.end()
            continue
        depth += {"[": 1, "]": -1}.get(text[place], 0)
        if depth == 0:
            return place
        place += 1
    raise BadPathError("a JSONPath with as many closing brackets as opening ones")
