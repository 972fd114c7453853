"""The suite's own HTTP: connections are kept, answers of every form are read whole, and nothing is unbounded."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from tmf_conformance.http.connection import Answer, Broken
from tmf_conformance.http.wire import Network, origin_of

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Scripted:
    """A server that sends the next of its answers for each request; None ends the connection without one."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.answers:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.heads.append(head)
                length = next((int(h.split(":")[1]) for h in head.lower().split("\r\n") if "content-length" in h), 0)
                self.bodies.append(await reader.readexactly(length))
                answer = self.answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                if b"Content-Length" not in answer and b"chunked" not in answer and b" 204 " not in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(handle: Handle, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def ask(
    server: Scripted, *requests: str, most: int = 1000, content: bytes | None = None, path: str = "/a"
) -> list[Answer]:
    """The answers to these methods, one after the other over one network."""

    async def run() -> list[Answer]:
        async with listening(server.serve) as port, aclosing(Network(5, most, 4)) as wire:
            url = f"http://127.0.0.1:{port}{path}"
            return [await wire.exchange(method, url, {}, content) for method in requests]

    return asyncio.run(asyncio.wait_for(run(), 20))


def test_a_connection_is_kept_whatever_the_answer_is() -> None:
    server = Scripted(
        OK,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\nLink: a\r\nLink: b\r\n\r\n!",
    )
    answers = ask(server, "GET", "HEAD", "DELETE", "GET", "POST")
    assert [(a.status, a.content) for a in answers] == [
        (200, b"ok"),
        (200, b""),
        (204, b""),
        (200, b"abcde"),
        (201, b"!"),
    ]
    assert answers[-1].headers["link"] == "a, b"
    assert server.connections == 1


def test_an_answer_may_end_with_the_connection() -> None:
    server = Scripted(b"HTTP/1.1 200 OK\r\n\r\nall of it", OK)
    assert [a.content for a in ask(server, "GET", "GET")] == [b"all of it", b"ok"]
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", "not complete"),
        (b"nonsense\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_100_000, "larger than 1000 bytes"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "changes the protocol"),
    ],
)
def test_what_is_no_usable_answer_is_told(answer: bytes, said: str) -> None:
    class Closing(Scripted):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()

    with pytest.raises(Broken, match=said):
        ask(Closing(), "GET")


def test_a_read_that_dies_on_a_kept_connection_is_asked_again_and_a_write_is_not() -> None:
    server = Scripted(OK, None, OK)
    assert [a.content for a in ask(server, "GET", "GET")] == [b"ok", b"ok"]
    assert server.connections == 2
    with pytest.raises(Broken, match="closed the connection"):
        ask(Scripted(OK, None, OK), "POST", "POST", content=b"{}")


def test_a_large_body_and_strange_characters_arrive() -> None:
    server = Scripted(OK)
    ask(server, "POST", content=b"x" * 300_000, path='/ä b?q="<%41>')
    assert server.heads[0].startswith("POST /%C3%A4%20b?q=%22%3C%41%3E HTTP/1.1\r\n")
    assert server.bodies == [b"x" * 300_000]


def test_a_body_that_nobody_reads_is_given_up_when_the_answer_is_there() -> None:
    class Deaf(Scripted):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            await answered.wait()
            writer.close()

    answered = asyncio.Event()

    async def run() -> Answer:
        async with listening(Deaf().serve) as port, aclosing(Network(5, 1000, 1)) as wire:
            answer = await wire.exchange("POST", f"http://127.0.0.1:{port}/", {}, b"x" * 24_000_000)
            answered.set()
            return answer

    assert asyncio.run(asyncio.wait_for(run(), 10)).status == 413


def test_a_header_cannot_smuggle_another() -> None:
    async def run() -> None:
        async with aclosing(Network(1, 1000, 1)) as wire:
            await wire.exchange("GET", "http://127.0.0.1:9/", {"X": "a\r\nY: b"}, None)

    with pytest.raises(Broken, match="line break"):
        asyncio.run(run())


@pytest.mark.parametrize("url", ["ftp://x/", "http:///path", "http://[x/", "/path"])
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(Broken, match="no URL"):
        origin_of(url)


def test_proxies_of_the_environment_are_for_the_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:s%40y@proxy.example:3128")
    monkeypatch.setenv("https_proxy", "proxy.example")
    monkeypatch.setenv("no_proxy", ".inside.example")
    found = origin_of("http://outside.example/x").proxy
    assert found is not None
    assert (found.host, found.port) == ("proxy.example", 3128)
    assert found.login == "Proxy-Authorization: Basic bWU6c0B5"
    assert origin_of("https://outside.example").proxy is not None
    for url in ("http://127.0.0.1:1", "http://localhost", "http://api.inside.example"):
        assert origin_of(url).proxy is None
    monkeypatch.setenv("http_proxy", "socks5://proxy.example")
    with pytest.raises(Broken, match="no URL of http"):
        origin_of("http://outside.example/x")


def test_a_plain_request_over_a_proxy_names_the_whole_url(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Scripted(OK)

    async def run() -> Answer:
        async with listening(server.serve) as port, aclosing(Network(5, 1000, 1)) as wire:
            monkeypatch.setenv("http_proxy", f"http://me:secret@127.0.0.1:{port}")
            return await wire.exchange("GET", "http://outside.example/x?y=1", {}, None)

    assert asyncio.run(run()).content == b"ok"
    assert server.heads[0].startswith("GET http://outside.example/x?y=1 HTTP/1.1\r\nHost: outside.example\r\n")
    assert "Proxy-Authorization: Basic " in server.heads[0]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for outside.example and 127.0.0.1 that signs itself, with its key in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command, which makes the certificate of this test, is not installed")
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += [
        "-days",
        "2",
        "-subj",
        "/CN=outside.example",
        "-addext",
        "subjectAltName=DNS:outside.example,IP:127.0.0.1",
    ]
    subprocess.run([*command, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    return made


def test_encrypted_connections_are_checked_and_kept(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = Scripted(OK, OK)

    async def run() -> None:
        async with listening(server.serve, context) as port:
            async with aclosing(Network(5, 1000, 1)) as wire:
                with pytest.raises(Broken, match="CERTIFICATE_VERIFY_FAILED"):
                    await wire.exchange("GET", f"https://127.0.0.1:{port}/", {}, None)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            async with aclosing(Network(5, 1000, 1)) as wire:
                for _ in range(2):
                    answer = await wire.exchange("GET", f"https://127.0.0.1:{port}/", {}, None)
                    assert answer.content == b"ok"

    asyncio.run(run())
    assert server.connections == 1


def test_an_encrypted_connection_goes_through_a_proxy(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server, asked = Scripted(OK), list[str]()

    async def run(refuse: bool) -> Answer:
        async with listening(server.serve, context) as port:

            async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
                if refuse:
                    writer.write(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n")
                    return
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                there, on = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pass(reader, on), _pass(there, writer))

            async with listening(proxy) as proxy_port, aclosing(Network(5, 1000, 1)) as wire:
                monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy_port}")
                monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
                return await wire.exchange("GET", "https://outside.example/x", {}, None)

    assert asyncio.run(run(refuse=False)).content == b"ok"
    assert asked[0].startswith("CONNECT outside.example:443 HTTP/1.1\r\n")
    assert server.heads[0].startswith("GET /x HTTP/1.1")
    with pytest.raises(Broken, match="407 to CONNECT"):
        asyncio.run(run(refuse=True))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()
