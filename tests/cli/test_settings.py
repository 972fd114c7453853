"""Settings are read from texts as they are typed, and what is not allowed is told by the name of its variable."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tmf_server.config import Settings, declared
from tmf_server.config.settings import AREAS

REFUSED = [
    ("TMF_PORT", "99999", "must be from 0 to 65535, not 99999"),
    ("TMF_PORT", "-1", "must be from 0 to 65535, not -1"),
    ("TMF_PORT", "http", "must be a whole number, not 'http'"),
    ("TMF_PORT", "", "must be a whole number, not ''"),
    ("TMF_PORT", "80.5", "must be a whole number, not '80.5'"),
    ("TMF_WORKERS", "0", "must be from 1 to 64, not 0"),
    ("TMF_MAX_LIMIT", "0", "must be at least 1"),
    ("TMF_DEFAULT_LIMIT", "0", "must be at least 1"),
    ("TMF_MAX_BODY_BYTES", "-5", "must be at least 1"),
    ("TMF_SHOWN_BYTES", "-1", "must be at least 0"),
    ("TMF_RECEIVED_EVENTS", "9223372036854775808", "at most 9223372036854775807, not 9223372036854775808"),
    ("TMF_MAX_DEPTH", "100000", "must be from 1 to 200, not 100000"),
    ("TMF_POOL_SIZE", "0", "must be from 1 to 1000, not 0"),
    ("TMF_TRANSACTION_TRIES", "0", "must be from 1 to 100, not 0"),
    ("TMF_CONNECT_SECONDS", "1", "must be from 2 to 3600, not 1.0"),
    ("TMF_STATEMENT_SECONDS", "0", "must be more than 0"),
    ("TMF_STATEMENT_SECONDS", "nan", "must be a finite number"),
    ("TMF_STATEMENT_SECONDS", "inf", "must be a finite number"),
    ("TMF_STATEMENT_SECONDS", "-inf", "must be a finite number"),
    ("TMF_STATEMENT_SECONDS", "1e400", "must be a finite number"),
    ("TMF_STATEMENT_SECONDS", "soon", "must be a finite number"),
    ("TMF_LEASE_SECONDS", "1e9", "must be more than 0 and at most 86400, not 1000000000.0"),
    ("TMF_POLL_SECONDS", "-0.5", "must be more than 0"),
    ("TMF_DELIVERY_PAUSES", "1,nan,5", "must be a finite number"),
    ("TMF_DELIVERY_PAUSES", "1,-5", "must be from 0 to 2592000, not -5.0"),
    ("TMF_PUBLIC_URL", "api.example.com", "must be an absolute URL like https://api.example.com/tmf"),
    ("TMF_PUBLIC_URL", "ftp://api.example.com", "must be an absolute URL"),
    ("TMF_PUBLIC_URL", "https://", "must be an absolute URL"),
    ("TMF_PUBLIC_URL", "https://api.example.com:99999", "must be an absolute URL"),
    ("TMF_PUBLIC_URL", "https://api.example.com?a=b", "must be an absolute URL"),
    ("TMF_TRUSTED_PROXIES", "10.0.0.1,proxy", "must be an IP address like 10.0.0.7, not 'proxy'"),
    ("TMF_CORS_ORIGINS", "https://shop.example/", "without a slash at its end, or *, not 'https://shop.example/'"),
    ("TMF_CORS_ORIGINS", "http://localhost:3000,shop.example", "must be an origin like https://shop.example"),
    ("TMF_CORS_ORIGINS", "https://Shop.example", "must be an origin"),
    ("TMF_CORS_ORIGINS", "https://shop.example:443", "must be an origin"),
    ("TMF_CORS_ORIGINS", "https://shop.example:x", "must be an origin"),
    ("TMF_CORS_ORIGINS", "https://me@shop.example", "must be an origin"),
    ("TMF_CORS_ORIGINS", "null", "must be an origin"),
    ("TMF_ALLOWED_HOSTS", "api.example.com:8080", "must be a host like api.example.com or *.example.com"),
    ("TMF_ALLOWED_HOSTS", "https://api.example.com", "must be a host"),
    ("TMF_ALLOWED_HOSTS", "api.*.com", "must be a host"),
    ("TMF_ALIASES", "maybe", "expected one of 1, 0, true, false, yes, no, on, off, not 'maybe'"),
    ("TMF_LOG_FORMAT", "xml", "must be one of console, json, not 'xml'"),
    ("TMF_REFERENCES", "ignore", "must be one of accept, warn, reject, not 'ignore'"),
    ("TMF_REFERENCE_POLICIES", "TMF620", "must be written like TMF620=reject, not 'TMF620'"),
    ("TMF_REFERENCE_POLICIES", "TMF620=never", "must be written like TMF620=reject, not 'TMF620=never'"),
    ("TMF_STORAGE_DIR", "", "must be a path, not ''"),
    ("TMF_STORAGE_DIR", f"{__file__}/x", "x cannot be made: "),
    ("TMF_METRICS_DIR", "/dev/null/x/y", "the folder /dev/null/x/y cannot be made: /dev/null is no folder"),
    ("TMF_OPENAPI_DIR", "/nowhere", "there is no folder /nowhere"),
    ("TMF_SCHEMA_DIR", "/nowhere", "there is no folder /nowhere"),
    ("TMF_OUTBOUND_CA_FILE", "/nowhere", "/nowhere cannot be read as certificates in PEM: "),
    ("TMF_OUTBOUND_CA_FILE", __file__, "cannot be read as certificates in PEM: "),
    ("TMF_OUTBOUND_ALLOW", "a.example,http://x", "a suffix (*.crm.example) or a network (10.1.0.0/16), not 'http://x'"),
    ("TMF_OUTBOUND_ALLOW", "10.0.0.0/33", "not '10.0.0.0/33'"),
]


@pytest.mark.parametrize(("name", "text", "told"), REFUSED)
def test_what_is_not_allowed_is_told_by_the_variable(name: str, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: ") as caught:
        Settings.from_environment({name: text})
    assert told in str(caught.value)


def test_everything_that_is_not_allowed_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="TMF_PORT: ") as caught:
        Settings.from_environment({"TMF_PORT": "x", "TMF_HOST": "::1", "TMF_WORKERS": "0", "TMF_MAX_LIMIT": "0"})
    assert [part.partition(":")[0] for part in str(caught.value).split("; ")] == [
        "TMF_PORT",
        "TMF_WORKERS",
        "TMF_MAX_LIMIT",
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "0", 0),
        ("aliases", "", False),
        ("aliases", "No", False),
        ("aliases", "ON", True),
        ("cache_dir", "", None),
        ("cache_dir", "x/y", Path("x/y")),
        ("outbound_allow", " 127.0.0.1, *.example.com ,", ("127.0.0.1", "*.example.com")),
        ("cors_origins", "*,http://[::1]:3000,app://x", ("*", "http://[::1]:3000", "app://x")),
        ("allowed_hosts", "*,*.example.com,tmf,10.0.0.1,fe80::1", ("*", "*.example.com", "tmf", "10.0.0.1", "fe80::1")),
        ("delivery_pauses", "1,2.5", (1.0, 2.5)),
        ("delivery_pauses", "", ()),
        ("trusted_proxies", "::1,10.0.0.1", ("::1", "10.0.0.1")),
        ("public_url", "http://[::1]:8080/tmf", "http://[::1]:8080/tmf"),
        ("reference_policies", "TMF620=reject,TMF622=warn", ("TMF620=reject", "TMF622=warn")),
        ("webhook_secret", "p{a}ss,word", "p{a}ss,word"),
    ],
)
def test_a_text_is_read_as_it_is_meant(name: str, text: str, value: Any) -> None:
    assert Settings.from_environment({f"TMF_{name.upper()}": text}).get(name) == value


def test_what_a_command_says_wins_over_the_environment_and_is_checked_alike() -> None:
    environ = {"TMF_PORT": "9000", "TMF_WORKERS": "2"}
    assert Settings.from_environment(environ, port=9001, workers=None).server.port == 9001
    with pytest.raises(ValueError, match="TMF_PORT: must be from"):
        Settings.from_environment(environ, port=70_000)


def test_a_name_that_no_setting_has_is_refused() -> None:
    with pytest.raises(TypeError, match="there is no setting prot"):
        Settings.of(prot=1)


def test_every_default_is_one_that_may_be_set_and_comes_back_from_its_text() -> None:
    usual = Settings()
    texts = {one.variable: one.default for one in declared()}
    assert Settings.from_environment(texts) == usual
    assert Settings.of(**{name: usual.get(name) for name in AREAS}) == usual
    assert usual.variables() == {}


def test_no_two_areas_have_a_setting_of_the_same_name() -> None:
    names = [one.name for area in fields(Settings) for one in fields(getattr(Settings(), area.name))]
    assert len(names) == len(set(names)) == len(AREAS)


def test_a_secret_is_not_shown() -> None:
    assert "hush" not in repr(Settings.of(webhook_secret="hush"))
