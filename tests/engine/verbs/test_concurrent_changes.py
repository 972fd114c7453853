"""Changes at once: long work on one record keeps nobody from writing another, and no change is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import pytest

from tests.support.nouns.every import nouns
from tmf_server.rest.patching import patch as patches
from tmf_server.rest.verbs import writing

CATEGORY = {str(one): one for one in nouns("create", "patch")}["TMF620/v5-category"]
SECONDS = 20
Edit = Callable[[dict[str, Any]], dict[str, Any]]


class Slow:
    """Patches that stop while they are applied for the first time, until they are told to go on."""

    def __init__(self) -> None:
        self.begun = Event()
        self.go_on = Event()
        self.times = 0

    def read_patch(self, *args: Any, **options: Any) -> Edit:
        edit = patches.read_patch(*args, **options)

        def stopped(document: dict[str, Any]) -> dict[str, Any]:
            self.times += 1
            if not self.begun.is_set():
                self.begun.set()
                assert self.go_on.wait(SECONDS)
            return edit(document)

        return stopped


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow()
    monkeypatch.setattr(writing, "read_patch", made.read_patch)
    yield made
    made.go_on.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def begin(pool: ThreadPoolExecutor, slow: Slow, client: httpx.Client, url: str, **options: Any) -> Any:
    """Send a PATCH and come back while it is applied."""
    patched = pool.submit(client.patch, url, json={"description": "patched"}, **options)
    assert slow.begun.wait(SECONDS)
    return patched


def test_others_write_while_a_patch_is_applied(client: httpx.Client, slow: Slow, pool: ThreadPoolExecutor) -> None:
    made = CATEGORY.make(client)
    patched = begin(pool, slow, client, made["href"])
    other = CATEGORY.make(client)
    assert not patched.done()
    assert client.delete(other["href"]).status_code == 204
    slow.go_on.set()
    assert patched.result(SECONDS).json()["description"] == "patched"
    assert slow.times == 1


def test_a_patch_that_was_overtaken_is_applied_to_what_is_there(
    client: httpx.Client, slow: Slow, pool: ThreadPoolExecutor
) -> None:
    made = CATEGORY.make(client)
    patched = begin(pool, slow, client, made["href"])
    assert client.patch(made["href"], json={"name": "new"}).status_code == 200
    slow.go_on.set()
    assert patched.result(SECONDS).status_code == 200
    shown = client.get(made["href"]).json()
    assert (shown["name"], shown["description"]) == ("new", "patched")


def test_a_patch_of_the_state_before_that_was_overtaken_is_412(
    client: httpx.Client, slow: Slow, pool: ThreadPoolExecutor
) -> None:
    made = CATEGORY.make(client)
    tag = client.get(made["href"]).headers["etag"]
    patched = begin(pool, slow, client, made["href"], headers={"If-Match": tag})
    assert client.patch(made["href"], json={"name": "new"}).status_code == 200
    slow.go_on.set()
    assert patched.result(SECONDS).status_code == 412
    assert "description" not in client.get(made["href"]).json()


def test_a_patch_of_a_record_that_was_deleted_meanwhile_is_404(
    client: httpx.Client, slow: Slow, pool: ThreadPoolExecutor
) -> None:
    made = CATEGORY.make(client)
    patched = begin(pool, slow, client, made["href"])
    assert client.delete(made["href"]).status_code == 204
    slow.go_on.set()
    assert patched.result(SECONDS).status_code == 404
