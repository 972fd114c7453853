"""Log lines: one form for all, with the request's id in each and nothing secret in any."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.support.servers.served import Served, serving_app
from tmf_server.config import Settings
from tmf_server.errors import Unavailable
from tmf_server.observability import logs
from tmf_server.observability.logs import REQUEST_ID, discreet
from tmf_server.storage.write.records import Records

CATEGORY = "/tmf-api/productCatalogManagement/v5/category"
SECRET = "Mrs Secret, 12 Hidden Lane"


class Log:
    """What was logged since the configuration."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def configure(self, **settings: object) -> None:
        logs.configure(Settings.of(**({"log_format": "json"} | settings)), self.stream)

    def forget(self) -> None:
        self.stream.truncate(0)
        self.stream.seek(0)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    log = Log()
    log.configure()
    yield log
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    logs.unite(logging.INFO)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_app(f"sqlite:///{tmp_path_factory.mktemp('logs') / 'tmf.db'}", apis=("TMF620",)) as served:
        yield served


def test_a_line_says_when_who_how_bad_and_what(log: Log) -> None:
    structlog.get_logger("tmf_server.somewhere").warning("it rains", where="here")
    [line] = log.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "it rains", "where": "here", "level": "warning", "logger": "tmf_server.somewhere"}


def test_the_standard_library_logs_the_same_way(log: Log) -> None:
    REQUEST_ID.set("r-1")
    logging.getLogger("uvicorn.error").info("listens on %s", "8080")
    [line] = log.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "listens on 8080", "level": "info", "logger": "uvicorn.error", "request_id": "r-1"}


@pytest.mark.parametrize(("level", "kept"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_a_setting(log: Log, level: str, kept: int) -> None:
    log.configure(log_level=level)
    for name in ("debug", "info", "warning", "error"):
        getattr(structlog.get_logger("a"), name)("one")
        getattr(logging.getLogger("b"), name)("two")
    assert len(log.lines) == 2 * kept


def test_lines_for_people_hold_the_same(log: Log) -> None:
    log.configure(log_format="console")
    REQUEST_ID.set("r-2")
    structlog.get_logger("tmf_server").error("it rains", where="here")
    assert all(part in log.text for part in ("it rains", "where", "here", "r-2", "error"))
    assert log.text.count("\n") == 1


def test_configuring_again_does_not_log_twice(log: Log) -> None:
    log.configure()
    structlog.get_logger().info("once")
    assert len(log.lines) == 1


@pytest.mark.parametrize("setting", [{"log_format": "xml"}, {"log_level": "loud"}])
def test_an_unknown_form_or_level_is_refused(setting: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must be one of"):
        Settings.of(**setting)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://crm.example/hook", "https://crm.example/hook"),
        ("https://crm.example/hook?token=abc#frag", "https://crm.example/hook?***"),
        ("https://me:pa@ss@crm.example/hook", "https://***@crm.example/hook"),
        ("postgresql+psycopg://tmf:s3cret@db:5432/tmf", "postgresql+psycopg://***@db:5432/tmf"),
        ("sqlite:///var/tmf.db", "sqlite:///var/tmf.db"),
        (
            "see https://a.example/?q=1 and 'https://u@b.example/x'",
            "see https://a.example/?*** and 'https://***@b.example/x'",
        ),
        ("no URL: a?b=c", "no URL: a?b=c"),
    ],
)
def test_a_url_is_told_without_user_password_and_query(url: str, told: str) -> None:
    assert discreet(url) == told


def test_urls_are_bare_in_every_part_of_a_line(log: Log) -> None:
    url = "https://me:pass@crm.example/hook?token=abc"
    structlog.get_logger().info(f"called {url}", callback=url)
    logging.getLogger("other").warning("called %s", url)
    structlog.get_logger().error("failed", exc_info=raised(OSError(f"no answer from {url}")))
    assert "crm.example/hook" in log.text
    assert not any(part in log.text for part in ("pass", "token", "abc", "me:"))


@pytest.mark.parametrize("name", ["httpx", "httpcore.connection", "sqlalchemy.engine.Engine", "uvicorn.access"])
def test_libraries_that_tell_of_calls_and_values_are_quiet(log: Log, name: str) -> None:
    log.configure(log_level="debug")
    logging.getLogger(name).info("GET /customer?name=%s", SECRET)
    assert log.text == ""


def test_a_traceback_names_places_and_no_values(log: Log) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (name TEXT UNIQUE)"))
        insert = text("INSERT INTO t VALUES (:name)")
        connection.execute(insert, {"name": SECRET})
        try:
            connection.execute(insert, {"name": SECRET})
        except SQLAlchemyError:
            structlog.get_logger().exception("failed")
    [line] = log.lines
    assert "UNIQUE constraint failed: t.name" in line["exception"]
    assert "test_logs.py" in line["exception"]
    assert "sqlite3.IntegrityError" in line["exception"]
    assert SECRET not in log.text


def test_of_an_error_in_a_line_only_the_first_line_is_told(log: Log) -> None:
    error = OSError(f"duplicate key\nDETAIL: Key (name)=({SECRET})")
    structlog.get_logger().warning("not now", error=f"OSError: {error}")
    logging.getLogger("other").warning("not now: %s", error)
    assert [line.get("error") for line in log.lines] == ["OSError: duplicate key …", None]
    assert log.lines[1]["event"] == "not now: duplicate key …"
    assert SECRET not in log.text


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """The error as one that was raised and caught."""
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def test_causes_and_groups_are_told(log: Log) -> None:
    group = raised(ExceptionGroup("two", [ValueError("left"), KeyError("right")]))
    logging.getLogger("x").error("failed", exc_info=raised(OSError("above"), group))
    told = log.lines[0]["exception"]
    assert all(word in told for word in ("left", "right", "two", "above"))
    assert told.index("two") < told.index("above")


def crashing(error: Exception) -> Callable[..., None]:
    def crash(*_args: object, **_options: object) -> None:
        logging.getLogger("deep.inside").warning("about to fail")
        raise error

    return crash


def test_a_crash_is_logged_once_with_its_traceback_and_id(
    served: Served, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Records, "create", crashing(RuntimeError("cannot")))
    answer = served.client.post(
        f"{CATEGORY}?fields=name", json={"@type": "Category", "name": SECRET}, headers={"X-Request-Id": "r-42"}
    )
    assert answer.status_code == 500
    assert answer.json()["requestId"] == answer.headers["X-Request-Id"] == "r-42"
    before, crash = log.lines
    assert before["event"] == "about to fail"
    assert (crash["event"], crash["level"], crash["path"]) == ("request failed", "error", CATEGORY)
    assert "RuntimeError: cannot" in crash["exception"]
    assert {line["request_id"] for line in log.lines} == {"r-42"}
    assert SECRET not in log.text
    assert "fields" not in log.text


def test_being_too_busy_is_logged_with_its_cause(served: Served, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Records, "create", crashing(Unavailable("too busy")))
    answer = served.client.post(CATEGORY, json={"@type": "Category", "name": "x"})
    assert answer.status_code == 503
    assert log.lines[-1]["event"] == "request put off"
    assert log.lines[-1]["request_id"] == answer.headers["X-Request-Id"]


def test_what_a_client_does_wrong_is_not_logged(served: Served, log: Log) -> None:
    assert served.client.get("/nothing").status_code == 404
    assert served.client.post(CATEGORY, json={"name": 1}).status_code == 400
    assert log.text == ""


def test_every_request_has_a_line_when_asked_for(log: Log, tmp_path: Path) -> None:
    with serving_app(f"sqlite:///{tmp_path / 'tmf.db'}", apis=("TMF620",), access_log=True) as served:
        log.forget()
        served.client.get(f"{CATEGORY}?name={SECRET}")
        served.client.get("/nothing")
    told = [(line["event"], line["method"], line["path"], line["status"]) for line in log.lines]
    assert told == [("request", "GET", CATEGORY, 200), ("request", "GET", "/nothing", 404)]
    assert len({line["request_id"] for line in log.lines}) == 2
    assert SECRET not in log.text


def test_requests_at_once_keep_their_ids_apart(served: Served, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=20)

    def meet(*_args: object, **_options: object) -> None:
        both.wait()
        logging.getLogger("meeting").warning("here")
        both.wait()
        raise Unavailable("go home")

    monkeypatch.setattr("tmf_server.rest.verbs.writing.answer_once", meet)

    def ask(name: str) -> httpx.Response:
        return served.client.post(CATEGORY, json={"@type": "Category", "name": "x"}, headers={"X-Request-Id": name})

    others = [threading.Thread(target=ask, args=(name,)) for name in ("r-a", "r-b")]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join()
    ids = sorted(line["request_id"] for line in log.lines if line["event"] == "here")
    assert ids == ["r-a", "r-b"]


@pytest.mark.parametrize("given", ["", "with space", "x" * 65, "line\tbreak"])
def test_an_id_that_is_no_plain_word_is_replaced(served: Served, given: str) -> None:
    answer = served.client.get(CATEGORY, headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] not in ("", given)
