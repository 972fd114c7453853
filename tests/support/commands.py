"""Commands run in this process, with a database of their own or without one. Fixtures of every test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tmf_server.cli import main

Command = Callable[..., Result]


@pytest.fixture(scope="session")
def documents_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of documents for all commands, which start faster with it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def variables(database_url: str, tmp_path: Path, documents_cache: Path) -> dict[str, str]:
    """The environment of a server of the catalog, which starts faster alone, with a database of its own."""
    folders = {"TMF_STORAGE_DIR": str(tmp_path / "files"), "TMF_CACHE_DIR": str(documents_cache)}
    quick = {"TMF_APIS": "TMF620", "TMF_SQLITE_SYNCHRONOUS": "off"}
    return {"TMF_DATABASE_URL": database_url, "TMF_LOG_LEVEL": "warning", **quick, **folders}


@pytest.fixture
def command(variables: dict[str, str]) -> Command:
    """Run a command in this process."""

    def run(*words: str, **more: str) -> Result:
        return CliRunner().invoke(main, words, env=variables | more)

    return run


@pytest.fixture
def bare() -> Command:
    """Run a command without a database."""

    def run(*words: str, **more: str) -> Result:
        return CliRunner().invoke(main, words, env={"TMF_LOG_LEVEL": "warning"} | more)

    return run


def good(result: Result) -> str:
    assert result.exit_code == 0, result.output + result.stderr
    return result.stdout


def refused(result: Result) -> str:
    """What a command that cannot be run says: one line, exit code 2."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    [line] = result.stderr.strip().splitlines()
    assert line.startswith("tmf-server: ")
    return line
