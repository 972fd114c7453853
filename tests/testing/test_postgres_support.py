"""The PostgreSQL that the tests bring answers, is recent, and gives each test a database of its own."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.support.servers.postgres import PostgresServer, conninfo, serving, started
from tests.support.servers.postgres_binaries import (
    OLDEST_MAJOR,
    copy_wheel,
    find_binaries,
    major_version,
    wheel_binaries,
)


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_the_server_answers_and_is_recent_enough(postgres: PostgresServer) -> None:
    [(version,)] = execute(postgres.url, "SELECT current_setting('server_version_num')::int / 10000")
    assert isinstance(version, int)
    assert version >= OLDEST_MAJOR


def test_databases_are_isolated(postgres: PostgresServer) -> None:
    one, other = postgres.create_database(), postgres.create_database()
    execute(one, "CREATE TABLE mine (id int)")
    assert execute(one, "SELECT to_regclass('mine') IS NOT NULL") == [(True,)]
    assert execute(other, "SELECT to_regclass('mine') IS NOT NULL") == [(False,)]
    postgres.drop_database(one)
    postgres.drop_database(other)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        execute(one, "SELECT 1")


def test_a_database_in_use_is_dropped_all_the_same(postgres: PostgresServer) -> None:
    url = postgres.create_database()
    with psycopg.connect(conninfo(url)) as connection:
        postgres.drop_database(url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_a_template_is_filled_once_and_copied(postgres: PostgresServer) -> None:
    filled: list[str] = []

    def prepare(url: str) -> None:
        filled.append(url)
        execute(url, "CREATE TABLE ready AS SELECT 7 AS value")

    copies = [postgres.create_database(postgres.template("test", prepare)) for _ in range(2)]
    assert [execute(copy, "SELECT value FROM ready") for copy in copies] == [[(7,)], [(7,)]]
    assert len(filled) == 1
    for copy in copies:
        postgres.drop_database(copy)


def test_a_given_server_is_used_and_left_clean(postgres: PostgresServer) -> None:
    before = execute(postgres.url, "SELECT datname FROM pg_database ORDER BY 1")
    with serving(postgres.url) as server:
        assert server.url == postgres.url
        server.template("test", lambda _url: None)
        assert execute(postgres.url, "SELECT datname FROM pg_database ORDER BY 1") != before
    assert execute(postgres.url, "SELECT datname FROM pg_database ORDER BY 1") == before


def test_the_wheel_carries_a_server_that_runs() -> None:
    with started(wheel_binaries()) as server:
        assert execute(server.url, "SELECT 1") == [(1,)]
        url = server.url
    with pytest.raises(psycopg.OperationalError):
        execute(url, "SELECT 1")


def test_programs_that_only_their_owner_can_reach_run_all_the_same(tmp_path: Path) -> None:
    private = tmp_path / "private"
    programs = copy_wheel(wheel_binaries(), private)
    private.chmod(0o700)
    with started(programs) as server:
        assert execute(server.url, "SELECT 1") == [(1,)]


def test_a_machine_without_server_falls_back_on_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    assert major_version(find_binaries()) >= OLDEST_MAJOR
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr("tests.support.servers.postgres_binaries._USUAL_FOLDERS", ())
    assert find_binaries() == wheel_binaries()


def test_sqlalchemy_reaches_a_new_database_of_either_kind(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE fresh (id integer)"))
        assert connection.execute(text("SELECT count(*) FROM fresh")).scalar_one() == 0
    engine.dispose()
