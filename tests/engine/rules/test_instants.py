"""Instants: read in any offset, printed in UTC with `Z`, compared to the microsecond."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmf_server.rules.instants import drive, format_instant, machine_now, now, parse_instant, to_utc

SAME = [
    "2026-03-01T12:00:00Z",
    "2026-03-01T12:00:00.000Z",
    "2026-03-01T14:00:00+02:00",
    "2026-03-01T14:00:00+0200",
    "2026-03-01T14:00:00+02",
    "2026-03-01T06:30:00-05:30",
    "2026-03-01t12:00:00z",
    "2026-03-01 12:00:00",
    "2026-03-01T12:00",
]


@pytest.mark.parametrize("text", SAME)
def test_one_instant_has_many_forms(text: str) -> None:
    assert parse_instant(text) == parse_instant(SAME[0])
    assert parse_instant(to_utc(text)) == parse_instant(SAME[0])


@pytest.mark.parametrize(
    ("given_as", "printed"),
    [
        ("2026-03-01T14:00:00.1234567+02:00", "2026-03-01T12:00:00.1234567Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
        ("2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00.5Z"),
        ("2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00Z"),
        ("2026-03-01T12:00:00", "2026-03-01T12:00:00Z"),
        ("2026-03-01", "2026-03-01"),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+02:00", "0001-01-01T00:00:00+02:00"),
    ],
)
def test_is_printed_in_utc_with_its_own_digits(given_as: str, printed: str) -> None:
    assert to_utc(given_as) == printed


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13-01", "2026-02-30", "2026-01-01T25:00:00Z", "2026-01-01T00:00:61Z", "x"]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_what_is_printed_is_read_back(micros: int) -> None:
    assert parse_instant(format_instant(micros)) == micros


def test_the_present_follows_what_drives_it_and_the_machine_otherwise() -> None:
    drive(lambda: 42)
    try:
        assert now() == 42
        assert machine_now() > 42
    finally:
        drive(None)
    before = machine_now()
    assert before <= now() <= machine_now()
