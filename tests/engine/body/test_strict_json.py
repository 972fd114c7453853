"""What a body must be to be taken as JSON, and that nothing in it changes on the way in and out."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tmf_server.errors import InvalidInput
from tmf_server.rest.body.strictjson import check_text, encode, parse

DEPTH = 64
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\1"))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def refusal(body: bytes, max_depth: int = DEPTH) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse(body, max_depth=max_depth)
    return caught.value


@given(VALUES)
def test_what_is_sent_comes_back(value: Any) -> None:
    body = json.dumps(value).encode()
    assert parse(body, max_depth=DEPTH) == value
    assert json.loads(encode(parse(body, max_depth=DEPTH))) == value


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_layout_and_escapes_make_no_difference(value: Any, indent: int | None, ascii_only: bool) -> None:
    body = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert parse(body, max_depth=DEPTH) == value


@given(VALUES, st.data())
def test_damaged_bodies_are_taken_or_refused_and_nothing_else(value: Any, data: st.DataObject) -> None:
    body = bytearray(json.dumps(value, ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    agrees_with_the_standard_library(bytes(body))


@given(st.text(alphabet='{}[]",:\\u0d8eE19-+. tn', max_size=30))
@example('{"a":1e400}')
@example('["\\ud83d\\ude00"]')
def test_odd_texts_are_taken_only_when_they_are_json(text: str) -> None:
    agrees_with_the_standard_library(text.encode())


def agrees_with_the_standard_library(body: bytes) -> None:
    try:
        value = parse(body, max_depth=DEPTH)
    except InvalidInput:
        return
    assert encode(value) == encode(json.loads(body)), "taken, so it must be JSON of that value"


@pytest.mark.parametrize(
    "text", ["34.99", "1e3", "1E+2", "-0.0", "0.1", "1e-7", "12.500", "9007199254740993", "5e-324"]
)
def test_numbers_keep_their_value(text: str) -> None:
    value = parse(f'{{"value":{text}}}'.encode(), max_depth=DEPTH)["value"]
    again = encode(value).decode()
    assert Decimal(again) == Decimal(text) or float(again) == float(text)
    assert str(value)[:1] == text[:1], "the sign of zero stays"


@given(st.decimals(allow_nan=False, allow_infinity=False), st.sampled_from(["f", "e", ""]))
def test_a_number_is_taken_only_when_no_digit_is_lost(number: Decimal, layout: str) -> None:
    text = format(number, layout)
    if len(text) > 1000:
        return
    try:
        value = parse(text.encode(), max_depth=DEPTH)
    except InvalidInput:
        return
    digits = max(-int(Decimal(text).as_tuple().exponent), 0)
    assert Decimal(repr(value)) == Decimal(text) or f"{value:.{digits}f}" == f"{Decimal(text):f}"


@pytest.mark.parametrize(
    "text",
    [
        "1e400",
        "-1e400",
        "1e-400",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "9" * 5000,
        "9" * 5000 + ".5",
        "0.1234567890123456789012",
        "12345678901234567.89",
    ],
)
def test_numbers_that_nothing_here_can_keep_are_refused(text: str) -> None:
    error = refusal(f'{{"note":"x",\n "value":{text}}}'.encode())
    assert "send it as a string" in error.reason
    assert error.message.startswith("line 2, column ")


@pytest.mark.parametrize(
    "text",
    ["9223372036854775807", "-9223372036854775808", "0.30000000000000004441", "12.50000000000000000000", "0e999"],
)
def test_long_numbers_that_fit_are_taken(text: str) -> None:
    assert parse(text.encode(), max_depth=DEPTH) == float(text) or parse(text.encode(), max_depth=DEPTH) == int(text)


@pytest.mark.parametrize(
    ("body", "told", "place"),
    [
        (b"", "empty", ""),
        (b" \n", "empty", ""),
        (b'{"a":1,"a":2}', 'send each attribute once ("a")', "line 1, column 12"),
        (b'{"a":{"\\u0062":1,"b":2}}', 'send each attribute once ("b")', "line 1, column 22"),
        (b'{"a":"x\x00y"}', "control character", "line 1, column 8"),
        (b'"\\ud800"', "surrogate", "line 1, column 8"),
        (b'"\\udc00"', "surrogate", "line 1, column 7"),
        (b"[NaN]", "NaN", "line 1, column 2"),
        (b"[-Infinity]", "not written as JSON numbers are", "line 1, column 3"),
        (b'{"a":1,}', "remove it", "line 1, column 8"),
        (b'{\n "a": 1\n "b": 2}', "missing", "line 3, column 2"),
        (b"{'a':1}", "double quotes", "line 1, column 2"),
        (b"{} {}", "one JSON value", "line 1, column 4"),
        (b"[01]", "leading zero", "line 1, column 3"),
        (b'["abc', "ends too early", "line 1, column 5"),
        (b'"\\x"', "known escape", "line 1, column 3"),
        (b'\xef\xbb\xbf{"a":1}', "byte order mark", "line 1, column 1"),
        (b'{"a":"\xff"}', "UTF-8", "line 1, column 7"),
        (b'"\xed\xa0\x80"', "UTF-8", "line 1, column 2"),
        ('{"a":1}'.encode("utf-16"), "UTF-8", "line 1, column 1"),
        (b"maybe", "JSON value is expected", "line 1, column 1"),
        (b"trou", "bare words", "line 1, column 3"),
    ],
)
def test_a_refusal_says_where_and_how_to_mend_it(body: bytes, told: str, place: str) -> None:
    error = refusal(body)
    assert told in error.reason
    assert error.message == place
    assert error.code == "malformedJson"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"a":["x","\\u0000"]}', ["/a/1"]),
        (b'{"a\\u0000":1}', ["/a\0"]),
        (b'{"\\u0001v4":{}}', ["/\1v4"]),
        (b'{"a/b":{"href":"\\u0001category/1"}}', ["/a~1b/href"]),
        (b'{"orderHref":"\\u0001x"}', ["/orderHref"]),
        (b'{"href":["\\u0001x"]}', ["/href/0"]),
    ],
)
def test_what_the_server_keeps_to_itself_cannot_be_sent(body: bytes, pointers: list[str]) -> None:
    error = refusal(body)
    assert [fault.pointer for fault in error.faults] == pointers


def test_other_control_characters_are_text() -> None:
    assert parse(b'{"a":"\\u0001x\\n\\u0007","b\\u0001":"href"}', max_depth=DEPTH) == {"a": "\1x\n\7", "b\1": "href"}
    check_text({"href": "https://example.com/1", "name": "\1"})


@pytest.mark.parametrize("depth", [1, 5, 64, 199])
def test_nesting_is_bounded(depth: int) -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        body = opening * depth + b"1" + closing * depth
        parse(body, max_depth=depth)
        assert "nested" in refusal(body, depth - 1).reason
    assert "nested" in refusal(b"[" * 100_000, DEPTH).reason


@given(VALUES, st.integers(0, 6))
def test_the_depth_is_that_of_the_value_whatever_its_strings_hold(value: Any, limit: int) -> None:
    document = {"text": ']"}\\"[[[{{{', "value": value}
    body = json.dumps(document).encode()
    if nesting(document) > limit:
        assert "nested" in refusal(body, limit).reason
    else:
        assert parse(body, max_depth=limit) == document


def nesting(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(nesting, value.values()), default=0)
    return 1 + max(map(nesting, value), default=0) if isinstance(value, list) else 0
