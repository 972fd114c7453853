"""The suite on the server of this distribution, in this process: sound, and with its answers spoilt on the way."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from tests.conformance.conftest import outcomes
from tmf_conformance import known, lifecycles, own
from tmf_conformance.discovery import discover
from tmf_conformance.errors import CannotRun, NoAnswer
from tmf_conformance.http.connection import Answer
from tmf_conformance.running.results import Outcome, Report
from tmf_conformance.running.session import Options
from tmf_conformance.running.suite import Suite, Target
from tmf_double.inside import Inside
from tmf_server.app import create_app
from tmf_server.config import Settings
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database

ROOT = "http://server"
WRITES = ("patch", "json-patch", "lifecycle", "delete", "conditional")
Spoil = Callable[["Spoilt", str, str, dict[str, str], bytes | None], Awaitable[Answer]]


class Spoilt:
    """A wire to the server on which one kind of answer is not what the server gave."""

    def __init__(self, wire: Inside, spoil: Spoil) -> None:
        self.wire, self._spoil = wire, spoil

    async def exchange(self, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Answer:
        return await self._spoil(self, method, url, headers, content)

    async def aclose(self) -> None:
        """There is nothing to give up."""


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("own")
    settings = Settings.of(
        database_url=f"sqlite:///{folder / 'tmf.db'}",
        storage_dir=folder,
        apis=("TMF620", "TMF638", "TMF639", "TMF642"),
        worker=False,
        outbound_allow=("127.0.0.1",),
        allowed_hosts=("server",),
    )
    database = Database(settings)
    migrate.upgrade(database)
    database.close()
    app = create_app(settings)
    yield Inside(app)
    app.life.stop()


def examined(wire: Inside | Spoilt, apis: Sequence[tuple[str, str]], *only: str) -> Report:
    async def whole() -> Report:
        targets = [Target(known.document(*one), known.candidates(ROOT, *one)[0]) for one in apis]
        options = Options(only=only, seed="test")
        return await Suite(targets, lifecycles.read(), options, wire=wire).run()

    return asyncio.run(whole())


def failed(report: Report) -> set[str]:
    return {one.check.id for one in report.results if one.outcome in (Outcome.FAILED, Outcome.ADVICE)}


@pytest.mark.parametrize("api", [("TMF620", "v4"), ("TMF638", "v5"), ("TMF639", "v4"), ("TMF642", "v5")], ids="/".join)
def test_the_server_passes_what_its_own_suite_says_of_writing(wire: Inside, api: tuple[str, str]) -> None:
    report = examined(wire, [api], *WRITES)
    wrong = {name: said for name, said in outcomes(report).items() if said not in (Outcome.PASSED, Outcome.SKIPPED)}
    assert wrong == {}
    assert sum(one.outcome is Outcome.PASSED for one in report.results) > 20


async def patches_without_effect(
    spoilt: Spoilt, method: str, url: str, headers: dict[str, str], content: bytes | None
) -> Answer:
    """200 with the record as it was."""
    if method == "PATCH":
        return await spoilt.wire.exchange("GET", url, {}, None)
    return await spoilt.wire.exchange(method, url, headers, content)


async def everything_allowed(
    spoilt: Spoilt, method: str, url: str, headers: dict[str, str], content: bytes | None
) -> Answer:
    """Each refusal of a patch is told as a success."""
    answer = await spoilt.wire.exchange(method, url, headers, content)
    if method == "PATCH" and answer.status >= 400:
        return await spoilt.wire.exchange("GET", url, {}, None)
    return answer


async def answers_without_shape(
    spoilt: Spoilt, method: str, url: str, headers: dict[str, str], content: bytes | None
) -> Answer:
    """Every patch is answered with a list."""
    answer = await spoilt.wire.exchange(method, url, headers, content)
    return Answer(answer.status, answer.headers, b"[1]") if method == "PATCH" else answer


async def no_patches(spoilt: Spoilt, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Answer:
    """Patches are not implemented."""
    if method == "PATCH":
        body = json.dumps({"code": "1", "reason": "not here", "status": "501"}).encode()
        return Answer(501, {"content-type": "application/json"}, body)
    return await spoilt.wire.exchange(method, url, headers, content)


async def patches_crash(
    spoilt: Spoilt, method: str, url: str, headers: dict[str, str], content: bytes | None
) -> Answer:
    """Patches are applied, and answered 500."""
    answer = await spoilt.wire.exchange(method, url, headers, content)
    return Answer(500, {"content-type": "text/plain"}, b"oh") if method == "PATCH" else answer


async def nothing_goes(spoilt: Spoilt, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Answer:
    """Deletes are told as done and are not."""
    if method == "DELETE":
        return Answer(204, {}, b"")
    return await spoilt.wire.exchange(method, url, headers, content)


async def arrays_lose_an_element(
    spoilt: Spoilt, method: str, url: str, headers: dict[str, str], content: bytes | None
) -> Answer:
    """Whatever is read has the last element of each array missing."""
    answer = await spoilt.wire.exchange(method, url, headers, content)
    if method == "GET" and answer.status == 200 and answer.content[:1] == b"{":
        record = json.loads(answer.content)
        record = {name: value[:-1] if isinstance(value, list) else value for name, value in record.items()}
        return Answer(200, answer.headers, json.dumps(record).encode())
    return answer


@pytest.mark.parametrize(
    ("spoil", "caught"),
    [
        (patches_without_effect, {"patch.merge", "patch.plain-json", "patch.merge-null", "lifecycle.legal"}),
        (everything_allowed, {"lifecycle.illegal"}),
        (answers_without_shape, {"patch.answer"}),
        (patches_crash, {"patch.merge", "patch.answer", "lifecycle.legal", "lifecycle.illegal", "patch.no-op"}),
        (nothing_goes, {"delete.then-404", "delete.gone-from-list", "delete.unknown"}),
        (arrays_lose_an_element, {"patch.answer"}),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_a_spoilt_answer_is_caught_by_the_checks_that_name_it(wire: Inside, spoil: Spoil, caught: set[str]) -> None:
    report = examined(Spoilt(wire, spoil), [("TMF638", "v5")], *WRITES)
    assert caught <= failed(report)
    assert not report.conforms


def test_what_is_not_implemented_is_no_failure(wire: Inside) -> None:
    report = examined(Spoilt(wire, no_patches), [("TMF638", "v5")], "patch.merge", "json-patch", "lifecycle")
    assert failed(report) == set()
    assert {one.outcome for one in report.results} >= {Outcome.UNSUPPORTED}


def test_the_apis_of_a_server_are_found_and_what_is_not_there_is_left_out(wire: Inside) -> None:
    wanted = [("TMF620", "v4"), ("TMF622", "v5"), ("TMF642", "v5")]
    found = asyncio.run(discover(wire, f"{ROOT}/", wanted, {}))
    assert [(one.document.api, one.document.version) for one in found] == [wanted[0], wanted[2]]
    assert found[0].url == f"{ROOT}/tmf-api/productCatalogManagement/v4"


def test_a_root_without_apis_is_told_with_what_it_said(wire: Inside) -> None:
    with pytest.raises(CannotRun, match=r"none of 1 APIs answers at http://server/nowhere .*answers 404"):
        asyncio.run(discover(wire, f"{ROOT}/nowhere", [("TMF620", "v4")], {}))


def test_a_root_that_does_not_answer_is_told() -> None:
    class Silent:
        async def exchange(self, *_: object) -> Answer:
            raise NoAnswer("nothing answers")

        async def aclose(self) -> None:
            """There is nothing to give up."""

    with pytest.raises(CannotRun, match="nothing answers"):
        asyncio.run(discover(Silent(), ROOT, [("TMF620", "v4")], {}))


def test_a_fresh_server_is_started_and_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMF_APIS", "TMF620")
    with own.serving("", demo=False) as started:
        found = httpx.get(f"{started.root}/tmf-api/productCatalogManagement/v5/category", trust_env=False)
        assert (found.status_code, found.json()) == (200, [])
    with pytest.raises(httpx.TransportError):
        httpx.get(started.root, trust_env=False)


def test_a_server_that_does_not_start_is_told_by_its_own_last_line() -> None:
    with (
        pytest.raises(CannotRun, match=r"the server ended at once: .*TMF_DATABASE_URL"),
        own.serving("odd://x", demo=False),
    ):
        pytest.fail("it cannot have started")


def test_a_distribution_without_its_server_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(CannotRun, match="install the distribution with its server"), own.serving("", demo=False):
        pytest.fail("there is nothing to start")
