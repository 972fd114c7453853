"""Regular expressions and instants mean the same in memory, on SQLite and on PostgreSQL, whatever is stored."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.support.servers.postgres import PostgresServer, conninfo
from tmf_server.errors import InvalidInput
from tmf_server.model.functions import CREATE
from tmf_server.storage.connection.sqlite_functions import register_functions
from tmf_server.storage.values.regexes import found, postgresql_pattern
from tmf_server.storage.values.scalars import instant_of

MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def postgresql(postgres: PostgresServer) -> Iterator[Ask]:
    """Asks PostgreSQL for one value."""
    url = postgres.create_database()
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        for create in CREATE:
            connection.execute(create)
        yield lambda sql, *values: connection.execute(sql, values).fetchone()[0]  # type: ignore[index]
    postgres.drop_database(url)


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Ask]:
    """Asks SQLite for one value."""
    connection = sqlite3.connect(":memory:")
    register_functions(connection)
    yield lambda sql, *values: connection.execute(sql, values).fetchone()[0]
    connection.close()


ATOMS = st.one_of(
    st.sampled_from(list("abAkKsSé5_- .\n")),
    st.sampled_from([r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\.", r"\-", r"\n", r"\x41", r"\x{e9}", r"\_"]),
    st.sampled_from(
        ["[a-c]", "[^a]", "[]a]", "[^]a]", "[a-]", "[-a]", r"[\d-x]", r"[^\W]", "[é-ü]", r"[\x00-b]", "[.^$]"]
    ),
    st.sampled_from(["[[:alpha:]]", "[[:^digit:]]", "[[:space:][:punct:]]", "[[=a=]]", "^", "$", r"\A", r"\z", ""]),
)
REPEATS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "{,3}", "{"])
PIECES = st.builds(lambda atom, repeat: atom + repeat, ATOMS, REPEATS)
BODIES = st.recursive(
    st.lists(PIECES, max_size=3).map("".join),
    lambda inner: st.one_of(
        st.builds(lambda one, other: f"{one}|{other}", inner, inner),
        st.builds(lambda one, repeat: f"({one}){repeat}", inner, REPEATS),
        st.builds(lambda one: f"(?:{one})", inner),
        st.builds(lambda one: f"(?P<n>{one})", inner),
    ),
    max_leaves=4,
)
PATTERNS = st.builds(lambda flags, body: flags + body, st.sampled_from(["", "", "(?i)", "(?s)", "(?is)"]), BODIES)
TEXTS = st.text(alphabet="abcABCkKsS\u212a\u017féü5_-] .^=\n\r\t\x0b\x01😀", max_size=5)


@MANY
@given(pattern=PATTERNS, texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_pattern_finds_the_same_everywhere(postgresql: Ask, sqlite: Ask, pattern: str, texts: list[str]) -> None:
    try:
        written = postgresql_pattern(pattern)
    except InvalidInput:
        assume(condition=False)
        raise
    for text in texts:
        expected = found(pattern, text)
        assert postgresql('SELECT CAST(%s AS text) COLLATE "C" ~ %s', text, written) == expected, (pattern, text)
        assert bool(sqlite("SELECT tmf_regex(?, ?)", pattern, text)) == expected


WRONG = ("(", ")", "a**", "[", "[z-a]", "*a", r"\8", "a{1001}", "(?<=a)b", "(?=a)", r"(a)\1", "(?P<n", "[[:none:]]")
OTHER = (r"\pL", r"\bx", r"\B", r"\C", r"\Qa\E", "(?i:a)", "(?m)^a", "(?U)a", "a(?i)b", "^*", "$+", "(?i)é", r"(?i)\W")
LARGE = ("a{256}", "(a{40}){50}", "((a{100}){9}){9}", "(" * 2000 + ")" * 2000, "(" * 31 + ")" * 31)


@pytest.mark.parametrize("pattern", WRONG + OTHER + LARGE)
def test_what_cannot_mean_the_same_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        postgresql_pattern(pattern)
    assert pattern[:40] in caught.value.reason or repr(pattern)[:40] in caught.value.reason


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+$", "(x+x+)+y", "(.*a){12}b"])
def test_a_pattern_that_stalls_others_is_quick(postgresql: Ask, pattern: str) -> None:
    text = "a" * 10_000 + "x" * 10_000
    postgresql("SELECT set_config('statement_timeout', '5000', false)")
    assert postgresql('SELECT CAST(%s AS text) COLLATE "C" ~ %s', text, postgresql_pattern(pattern)) == found(
        pattern, text
    )


DIGITS = st.integers(0, 99).map(lambda number: f"{number:02}")
NUMBERS = st.integers(0, 10**10).map(str)
PLAUSIBLE = st.builds(
    "{}-{}-{}{}{}:{}{}{}{}".format,
    st.integers(0, 9999).map(lambda year: f"{year:04}"),
    st.integers(0, 13).map(lambda month: f"{month:02}"),
    st.integers(0, 32).map(lambda day: f"{day:02}"),
    st.sampled_from("Tt _"),
    st.integers(0, 25).map(lambda hour: f"{hour:02}"),
    st.integers(0, 61).map(lambda minute: f"{minute:02}"),
    st.one_of(st.just(""), DIGITS.map(lambda second: f":{second}")),
    st.one_of(st.just(""), NUMBERS.map(lambda digits: f".{digits}"), NUMBERS.map(lambda digits: f",{digits}")),
    st.one_of(st.sampled_from(["", "Z", "z", " Z", "+02:00", "-0530", "+14", "-00:01", " +01:00", "+2", "\n"])),
)
ANYTHING = st.one_of(
    PLAUSIBLE, st.text(max_size=12), st.dates().map(str), st.sampled_from(["", "٢٠٢٠-01-01", "2020-01-01\n"])
)


@MANY
@given(text=ANYTHING)
def test_an_instant_is_the_same_everywhere(postgresql: Ask, sqlite: Ask, text: str) -> None:
    assume("\0" not in text and text.encode("utf-8", "ignore").decode() == text)
    assert postgresql("SELECT tmf_instant(%s)", text) == sqlite("SELECT tmf_instant(?)", text) == instant_of(text)


def test_what_is_no_text_is_no_instant(postgresql: Ask, sqlite: Ask) -> None:
    assert postgresql("SELECT tmf_instant(NULL)") is None
    assert sqlite("SELECT tmf_instant(?)", None) is None
    assert sqlite("SELECT tmf_instant(?)", 20200101) is None
