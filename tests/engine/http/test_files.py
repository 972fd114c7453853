"""Files of jobs over HTTP: PUT, GET, HEAD and DELETE of /files/NAME."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.servers.client import client_of
from tmf_server.config import Settings
from tmf_server.errors import Problem
from tmf_server.rest.http.asgi import ORIGIN, send_response
from tmf_server.rest.http.failures import failure
from tmf_server.rest.http.files import Files
from tmf_server.storage.files import FileStore


def test_a_file_is_uploaded_read_and_removed(client: httpx.Client) -> None:
    content = bytes(range(256)) * 2_000
    made = client.put("/files/some.json", content=content)
    assert made.status_code == 201
    assert made.json() == {"name": "some.json", "href": made.headers["location"], "size": len(content)}
    again = client.put("/files/some.json", content=content[:-1])
    assert again.status_code == 200
    found = client.get(made.headers["location"])
    assert found.content == content[:-1]
    assert found.headers["content-type"] == "application/json"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-disposition"] == 'attachment; filename="some.json"'
    head = client.head("/files/some.json")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(content) - 1)
    part = client.get("/files/some.json", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, content[:10])
    assert client.delete("/files/some.json").status_code == 204
    assert client.get("/files/some.json").status_code == 404
    assert client.delete("/files/some.json").status_code == 404


@pytest.mark.parametrize(
    "name", [".hidden", "..%2Fsecret", "%2e%2e", "a%2Fb", "a%5Cb", "a%00b", "%C3%A4", "a b", "x" * 129, "", "a/b"]
)
def test_a_name_that_is_none_is_refused(client: httpx.Client, name: str) -> None:
    for method in ("PUT", "GET", "DELETE"):
        answer = client.request(method, f"/files/{name}", content=b"x" if method == "PUT" else None)
        assert answer.status_code == 400, (method, answer.text)
        assert answer.json()["code"] == "invalidFileName"


def test_other_methods_are_refused_with_those_there_are(client: httpx.Client) -> None:
    answer = client.post("/files/a.json", content=b"x")
    assert answer.status_code == 405
    assert "PUT" in answer.headers["allow"]
    assert "PUT" in client.options("/files/a.json").headers["allow"]


def test_a_file_over_the_bound_is_refused_and_not_kept(tmp_path: Path) -> None:
    files = Files(FileStore(tmp_path, 1_000), Settings())

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        scope[ORIGIN] = "http://testserver"
        try:
            await files(scope, receive, send)
        except Problem as problem:
            await send_response(send, failure(problem, "v5"))

    def pieces() -> Iterator[bytes]:
        for _ in range(3):
            yield b"x" * 500

    with client_of(app) as client:
        assert client.put("/files/a", content=b"x" * 1_001).status_code == 413
        assert client.put("/files/a", content=pieces()).status_code == 413
        assert client.put("/files/a", content=b"x" * 1_000).status_code == 201
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
