"""JSON in and out: what a client sends is parsed once and strictly. No HTTP, no schema."""

import re
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Any, NoReturn

import jiter
import orjson

from tmf_server.contracts.pointers import escape
from tmf_server.errors import Fault, InvalidInput
from tmf_server.rules.canonical import MARK

RESERVED = MARK
"""Marks what the server keeps inside stored documents; no attribute name and no href of a client starts with it."""

CODE = "malformedJson"
LONGEST_INTEGER = 19  # digits of the largest 64-bit integer
LONGEST_NUMBER = 1100  # characters; no double has more significant digits than 767, nor more than 324 zeros before
BIGGEST, SMALLEST = 2**63 - 1, -(2**63)
EXACT = Context(prec=2 * LONGEST_NUMBER)

# Digits, dots and signs as 0, the e of an exponent as e: then a search finds every number that is long or has an
# exponent, and all others are known to fit.
_MASK = bytes(0x30 if c in b"0123456789.+-" else 0x65 if c in b"eE" else 0x20 for c in range(256))
_LONG_RUN = b"0" * 16
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(c for c in range(256) if c not in b"[]{}")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[\[\]{}]')

_PLACE = re.compile(r"(?s)(.*) at line (\d+) column (\d+)")
_MENDING = (
    (
        "Detected duplicate key",
        "an attribute appears twice in one object: send each attribute once ({found})",
    ),
    ("EOF", "the text ends too early: close every string, array and object"),
    ("control character", "a control character stands in a string: write it as an escape such as \\n"),
    ("lone leading surrogate", "half of a surrogate pair stands in a string: send whole characters"),
    ("unexpected end of hex escape", "half of a surrogate pair stands in a string: send whole characters"),
    ("recursion limit", "arrays and objects are nested too deeply: send a flatter document"),
    ("trailing comma", "a comma stands before the end of an array or object: remove it"),
    ("trailing characters", "something follows after the end of the value: send one JSON value"),
    ("key must be a string", "an attribute name is expected: write names in double quotes"),
    ("invalid number", "a number is not written as JSON numbers are: no leading zero or plus, digits after the point"),
    ("number out of range", "a number is beyond 64-bit integers: send it as a string or as a smaller number"),
    ("expected value", "a JSON value is expected; NaN, Infinity, comments, single quotes and bare words are none"),
    ("expected ident", "a JSON value is expected; bare words other than true, false and null are none"),
    ("expected", "something else than {found} stands here: a comma, a colon or a closing bracket is missing"),
    ("invalid escape", "a backslash is followed by no known escape: write a backslash as \\\\"),
)


def parse(body: bytes, *, max_depth: int) -> Any:
    """Return the JSON value of a body; numbers with a point or an exponent are floats, all others ints.

    Every number comes back from `encode` with the value that was sent: one that a double or a signed 64-bit integer
    cannot keep is refused, like duplicate attributes, NUL, lone surrogates, NaN, nesting deeper than `max_depth`, and
    names and hrefs that start with U+0001. Raises InvalidInput that says where and how to mend it.
    """
    try:
        value = jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        _refuse_syntax(body, str(error))
    # Each first test is cheap and sees too much; what it sees is looked at again without the strings.
    if body.count(b"[") + body.count(b"{") > max_depth and _deeper_than(_outside_strings(body), max_depth):
        _refuse_depth(body, max_depth)
    if _odd_numbers(body) and _odd_numbers(_outside_strings(body)):
        _check_numbers(body)
    if b"\\u000" in body:
        check_text(value)
    return value


def encode(value: Any) -> bytes:
    """The value as compact JSON in UTF-8."""
    return orjson.dumps(value)


def check_text(value: Any) -> None:
    """Raise InvalidInput when a string holds NUL, or a name or href starts with U+0001, naming each place."""
    faults = list(_text_faults(value, ""))
    if faults:
        raise InvalidInput("The body holds characters that cannot be stored; remove them.", faults=faults, code=CODE)


def _text_faults(value: Any, pointer: str, name: str = "") -> Iterator[Fault]:
    if isinstance(value, dict):
        for key, member in value.items():
            inner = f"{pointer}/{escape(key)}"
            if "\0" in key or key.startswith(RESERVED):
                yield Fault(inner, "a name without NUL that does not start with U+0001")
            yield from _text_faults(member, inner, key)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _text_faults(element, f"{pointer}/{index}", name)
    elif isinstance(value, str):
        if "\0" in value:
            yield Fault(pointer, "text without the character NUL")
        elif value.startswith(RESERVED) and name.lower().endswith("href"):
            yield Fault(pointer, "a URL; it cannot start with U+0001")


def _outside_strings(body: bytes) -> bytes:
    """What stands outside of strings in well-formed JSON: brackets, commas, colons, numbers and words."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(body.split(b'"')[::2])


def _odd_numbers(text: bytes) -> bool:
    masked = text.translate(_MASK)
    return b"0e" in masked or _LONG_RUN in masked


def _deeper_than(bare: bytes, limit: int) -> bool:
    brackets = bare.translate(_BRACKETS, _NO_BRACKET)
    while brackets and limit:
        brackets = brackets.replace(b"[]", b"")
        limit -= 1
    return bool(brackets)


def _refuse_depth(body: bytes, limit: int) -> NoReturn:
    depth = offset = 0
    for token in _TOKEN.finditer(body):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        offset = token.start()
        if depth > limit:
            break
    _refuse(f"arrays and objects may be nested {limit} deep: send a flatter document", *_place(body, offset))


def _check_numbers(body: bytes) -> None:
    for token in _TOKEN.finditer(body):
        if token[0][0] in b"-0123456789":
            wrong = _number_fault(token[0].decode())
            if wrong:
                _refuse(wrong, *_place(body, token.start()))


def _number_fault(text: str) -> str | None:
    if not set(text) & set(".eE"):
        fits = len(text) <= LONGEST_INTEGER + 1 and SMALLEST <= int(text) <= BIGGEST
        return None if fits else "a number is beyond 64-bit integers: send it as a string or as a smaller number"
    if len(text) > LONGEST_NUMBER or not _kept(text):
        return "a number is beyond what a double keeps: send it as a string, smaller, or with at most 17 digits"
    return None


def _kept(text: str) -> bool:
    """Whether the text is the double that it is read as, written to any number of digits."""
    number = float(text)
    if number == 0:
        return not set(re.split("[eE]", text)[0]) & set("123456789")
    if number in (float("inf"), float("-inf")):
        return False
    sent = Decimal(text)
    return sent == Decimal(repr(number)) or sent == Decimal(number).quantize(sent, context=EXACT)


def _refuse_syntax(body: bytes, message: str) -> NoReturn:
    if not body.strip():
        raise InvalidInput("The body is empty: send a JSON document.", code=CODE)
    if body.startswith(b"\xef\xbb\xbf"):
        _refuse("the body starts with a byte order mark: send UTF-8 without one", 1, 1)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        _refuse("the text is not UTF-8: encode the body in UTF-8", *_place(body, error.start))
    match = _PLACE.fullmatch(message)
    found, line, column = (match[1], int(match[2]), int(match[3])) if match else (message, 1, 1)
    for known, mending in _MENDING:
        if found.startswith(known):
            _refuse(mending.format(found=found.removeprefix(known).strip()[:80]), line, column)
    _refuse(found, line, column)


def _place(body: bytes, offset: int) -> tuple[int, int]:
    before = body[:offset]
    return before.count(b"\n") + 1, offset - before.rfind(b"\n")


def _refuse(wrong: str, line: int, column: int) -> NoReturn:
    raise InvalidInput(
        f"The body is not the JSON that can be taken: {wrong}.", code=CODE, message=f"line {line}, column {column}"
    )
