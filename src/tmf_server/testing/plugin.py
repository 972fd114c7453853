"""The plugin of pytest: the fixture `tmf_server`. Imports the server only for a test with the fixture."""

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tmf_server.testing.pool import Pool
    from tmf_server.testing.server import EphemeralServer

MARKER = "tmf_server"
TOLD = (
    "tmf_server(apis=(), seed='none', **settings): which server the fixture tmf_server gives: the APIs that it serves "
    "(TMF620, TMF638/v5; all), what is in it (none, demo), and settings by their names."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The defaults of the marker, for a project."""
    parser.addini("tmf_server_apis", "APIs that tmf_server serves (TMF620, TMF638/v5 …); all by default.", "args", [])
    parser.addini("tmf_server_seed", "What tmf_server holds: none or demo.", "string", "none")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", TOLD)


@pytest.fixture(scope="session")
def tmf_server_pool() -> "Iterator[Pool]":
    """Return the servers of the test run."""
    with warnings.catch_warnings():
        # deprecation warnings of libraries at import must not fail the tests of a project with warnings as errors
        warnings.simplefilter("ignore")
        from tmf_server.testing.pool import Pool

    pool = Pool()
    yield pool
    pool.close()


@pytest.fixture
def tmf_server(request: pytest.FixtureRequest, tmf_server_pool: "Pool") -> "Iterator[EphemeralServer]":
    """A TM Forum server of the test's own, as new: `url(api)`, `reset()`, `clock`, `faults`."""
    try:
        server = tmf_server_pool.server(**_wish(request))
    except (ValueError, TypeError) as error:
        raise pytest.UsageError(f"@pytest.mark.{MARKER}: {error}") from error
    yield server
    server.faults.clear()
    server.clock.release()


def _wish(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker(MARKER)
    if marker is not None and marker.args:
        raise TypeError("takes its arguments by name: apis=[...], seed=...")
    config = request.config
    wish = {"apis": config.getini("tmf_server_apis"), "seed": config.getini("tmf_server_seed")}
    return wish | (marker.kwargs if marker is not None else {})
