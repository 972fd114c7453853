"""The guard of calls to the outside: which URLs pass, which addresses are called, and what bounds an answer."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.servers.receiver import Receiver
from tmf_server.errors import InvalidInput
from tmf_server.events.outbound.client import CallOutcome, Outbound
from tmf_server.events.outbound.download import download
from tmf_server.events.outbound.url_policy import UrlPolicy, is_public

PUBLIC = "93.184.216.34"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server of the test's own: host → addresses; every other name leads nowhere."""
    known: dict[str, list[str]] = {}

    def getaddrinfo(host: bytes | str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        text = host.decode() if isinstance(host, bytes) else host
        try:
            addresses = [str(ip_address(text))]
        except ValueError:
            addresses = known.get(text, [])
        if not addresses:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def guard(*allowed: str) -> UrlPolicy:
    return UrlPolicy(allowed)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "//example.com/",
        "/callback",
        "example.com/callback",
        "https://",
        "https:///path",
        "javascript:alert(1)",
        "https://user:secret@example.com/",
        "https://example.com/#fragment",
        "https://example.com:0/",
        "https://example.com:70000/",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: other",
        "https://[fe80::1%25eth0]/",
        "http://example.com/",
        "https://example.com/" + "a" * 3000,
        "",
    ],
)
def test_what_is_no_https_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        guard().target(url)
    assert refused.value.faults[0].pointer == "/callback"
    assert "expected" in refused.value.message


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:db8::1]",
        "[fec0::1]",
        "[feff::1]",
        "192.88.99.1",
        "192.0.0.8",
        "[::ffff:192.88.99.1]",
        "[64:ff9b::c058:6301]",
        "[64:ff9b:1::808:808]",
        "[3fff::1]",
        "[3fff:fff::1]",
        "[5f00::1]",
        "[100:0:0:1::1]",
    ],
)
def test_addresses_that_are_not_public_are_refused_even_with_https(host: str) -> None:
    with pytest.raises(InvalidInput, match="does not call"):
        guard().target(f"https://{host}/callback")
    with pytest.raises(InvalidInput, match="does not call"):
        guard().check(f"https://{host}:8443/callback")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "017700000001", "localhost"])
def test_other_spellings_of_loopback_are_refused_once_resolved(host: str) -> None:
    with pytest.raises(InvalidInput):
        guard().check(f"https://{host}/callback")


@pytest.mark.parametrize(
    "url", [f"https://{PUBLIC}/x", "https://[2606:4700::1111]/", "https://crm.example:8443/hub?a=b"]
)
def test_https_to_public_addresses_passes(url: str, names: dict[str, list[str]]) -> None:
    names["crm.example"] = [PUBLIC]
    target = guard().check(url)
    assert target.encrypted
    assert str(target.url) == url


def test_a_name_that_leads_to_a_private_address_is_refused(names: dict[str, list[str]]) -> None:
    names["inside.example"] = ["10.0.0.7"]
    with pytest.raises(InvalidInput):
        guard().check("https://inside.example/")


def test_of_several_addresses_only_the_permitted_ones_are_called(names: dict[str, list[str]]) -> None:
    names["both.example"] = ["127.0.0.1", PUBLIC]
    guard().check("https://both.example/")
    assert guard().addresses("both.example", 443, True) == [PUBLIC]


def test_an_https_name_that_leads_nowhere_yet_passes_and_http_does_not(names: dict[str, list[str]]) -> None:
    guard().check("https://later.example/")
    with pytest.raises(InvalidInput):
        guard("10.0.0.0/8").check("http://later.example/")


@pytest.mark.parametrize(
    ("allowed", "url", "passes"),
    [
        ("crm.example", "http://crm.example/", True),
        ("crm.example", "http://CRM.example/", True),
        ("CRM.example", "http://crm.example/", True),
        ("crm.example", "http://other.example/", False),
        ("crm.example", "http://crm.example.evil.test/", False),
        ("*.crm.example", "http://a.crm.example/", True),
        ("*.crm.example", "http://crm.example/", False),
        ("*.crm.example", "http://evilcrm.example/", False),
        ("127.0.0.0/8", "http://127.0.0.1:9000/", True),
        ("127.0.0.0/8", "http://[::ffff:127.0.0.1]/", True),
        ("127.0.0.0/8", "http://10.0.0.1/", False),
        ("127.0.0.1", "http://127.0.0.1/", True),
        ("127.0.0.1", "http://127.0.0.2/", False),
        ("10.0.0.0/8", "http://inside.example/", True),
        ("10.0.0.0/8", "http://outside.example/", False),
        ("fd00::/8", "https://[fd00::1]/", True),
    ],
)
def test_the_list_opens_what_it_names_and_no_more(
    allowed: str, url: str, passes: bool, names: dict[str, list[str]]
) -> None:
    names |= {"inside.example": ["10.0.0.7"], "outside.example": [PUBLIC], "other.example": [PUBLIC]}
    names |= {"crm.example": ["10.9.9.9"], "a.crm.example": ["10.9.9.9"], "evilcrm.example": [PUBLIC]}
    if passes:
        guard(allowed).check(url)
    else:
        with pytest.raises(InvalidInput):
            guard(allowed).check(url)


@pytest.mark.parametrize("entry", ["http://crm.example", "crm.example:8080", "10.0.0.0/99", "*", "a b", ""])
def test_an_entry_of_the_list_that_is_none_is_told_at_start(entry: str) -> None:
    with pytest.raises(ValueError, match="expected a host"):
        guard(entry)


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_the_same_however_it_is_wrapped(address: object) -> None:
    plain = ip_address(str(address))
    assert is_public(ip_address(f"::ffff:{plain}")) == is_public(plain)
    assert is_public(ip_address(int(ip_address("64:ff9b::")) + int(plain))) == is_public(plain)


# -- calls ------------------------------------------------------------------------------------------


def post(
    made: UrlPolicy, url: str, body: bytes = b"{}", seconds: float = 2.0, ca_file: Path | None = None
) -> CallOutcome:
    async def run() -> CallOutcome:
        outbound = Outbound(made, slots=2, connect_seconds=1.0, seconds=seconds, ca_file=ca_file)
        try:
            return await outbound.post(made.target(url), body, {"webhook-id": "1"})
        finally:
            await outbound.close()

    return asyncio.run(run())


def test_a_call_goes_to_the_address_that_was_checked_and_carries_the_name(
    names: dict[str, list[str]], receiver: Receiver
) -> None:
    names["crm.example"] = ["127.0.0.1"]
    answer = post(guard("crm.example"), f"http://crm.example:{receiver.port}/deep/path?x=1", b'{"a":1}')
    assert answer.ok
    [call] = receiver.calls
    assert (call.path, call.body) == ("/deep/path?x=1", b'{"a":1}')
    assert call.headers["host"] == f"crm.example:{receiver.port}"
    assert call.headers["content-type"] == "application/json"
    assert call.headers["webhook-id"] == "1"


def test_a_name_that_turns_private_after_registration_is_not_called(
    names: dict[str, list[str]], receiver: Receiver
) -> None:
    names["rebound.example"] = [PUBLIC]
    made = guard()
    made.check(f"https://rebound.example:{receiver.port}/")
    names["rebound.example"] = ["127.0.0.1"]
    answer = post(made, f"https://rebound.example:{receiver.port}/")
    assert answer.status is None
    assert "expected" in answer.note
    assert receiver.connections == 0


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """The files of a certificate for crm.example that signs itself, and of its key."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command, which makes the certificate of this test, is not installed")
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=crm.example", "-addext", "subjectAltName=DNS:crm.example", "-days", "2"]
    subprocess.run([*command, *subject, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


def test_tls_checks_the_certificate_against_the_name_though_the_address_is_called(
    names: dict[str, list[str]], certificate: tuple[Path, Path]
) -> None:
    names |= {"crm.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    made = guard("127.0.0.1")
    with Receiver(context) as secure:
        named = post(made, f"https://crm.example:{secure.port}/", ca_file=certificate[0])
        unknown_authority = post(made, f"https://crm.example:{secure.port}/")
        other_name = post(made, f"https://other.example:{secure.port}/", ca_file=certificate[0])
    assert named.ok, named
    assert unknown_authority.status is None
    assert other_name.status is None
    assert "certificate" in other_name.note.lower()
    assert len(secure.calls) == 1


def test_an_address_that_does_not_answer_gives_way_to_the_next(names: dict[str, list[str]], receiver: Receiver) -> None:
    names["crm.example"] = ["127.0.0.2", "127.0.0.1"]
    made = guard("127.0.0.0/8")
    url = f"http://crm.example:{receiver.port}/"
    receiver.answer("/", 200, body=b"here")
    assert post(made, url).ok
    with download(made, made.target(url), seconds=5, max_bytes=100) as chunks:
        assert b"".join(chunks) == b"here"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answer("/", 307, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"})
    answer = post(guard("127.0.0.1"), receiver.url("/"))
    assert (answer.status, answer.ok) == (307, False)
    assert [call.path for call in receiver.calls] == ["/"]


@pytest.mark.parametrize(
    ("status", "ok"), [(200, True), (201, True), (204, True), (299, True), (304, False), (400, False), (500, False)]
)
def test_any_2xx_is_success_and_nothing_else(status: int, ok: bool, receiver: Receiver) -> None:
    receiver.answer("/", status)
    answer = post(guard("127.0.0.1"), receiver.url("/"))
    assert (answer.status, answer.ok) == (status, ok)


def test_a_subscriber_that_does_not_answer_is_given_up_in_time(receiver: Receiver) -> None:
    receiver.delay("/", 5.0)
    answer = post(guard("127.0.0.1"), receiver.url("/"), seconds=0.3)
    assert answer.status is None
    assert 0.2 < answer.seconds < 2.0


def test_a_closed_port_and_an_unknown_name_are_failures_with_a_note(names: dict[str, list[str]]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        closed = post(guard("127.0.0.1"), f"http://127.0.0.1:{port}/")
    unknown = post(guard(), "https://nowhere.example/")
    assert (closed.status, unknown.status) == (None, None)
    assert "Connect" in closed.note
    assert "not known" in unknown.note


class Flood(BaseHTTPRequestHandler):
    """Answers 200 and then never stops talking."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.stopped.is_set():  # type: ignore[attr-defined]
                self.wfile.write(b"x" * 65_536)
        except OSError:
            return

    do_GET = do_POST  # noqa: N815 - http.server's name

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def flood() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flood)
    server.stopped = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.stopped.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endless_answer_is_cut_off(flood: int) -> None:
    answer = post(guard("127.0.0.1"), f"http://127.0.0.1:{flood}/", seconds=5.0)
    assert answer.ok
    assert answer.seconds < 3.0


def test_a_download_is_bounded_in_size_and_time(flood: int) -> None:
    made = guard("127.0.0.1")
    target = made.target(f"http://127.0.0.1:{flood}/")
    with (
        pytest.raises(InvalidInput, match="larger than 1000000 bytes"),
        download(made, target, seconds=5, max_bytes=1_000_000) as chunks,
    ):
        list(chunks)
    with pytest.raises(InvalidInput, match="too long"), download(made, target, seconds=0.2, max_bytes=10**12) as chunks:
        for _ in chunks:
            pass


def test_a_download_gives_the_body_and_tells_what_is_wrong(receiver: Receiver, names: dict[str, list[str]]) -> None:
    made = guard("127.0.0.1")
    receiver.answer("/data", 200, body=b"hello")
    receiver.answer("/moved", 302, {"Location": "/data"})
    with download(made, made.target(receiver.url("/data")), seconds=5, max_bytes=100) as chunks:
        assert b"".join(chunks) == b"hello"
    with (
        pytest.raises(InvalidInput, match="answered 302"),
        download(made, made.target(receiver.url("/moved")), seconds=5, max_bytes=100),
    ):
        pass
    with (
        pytest.raises(InvalidInput, match="not known"),
        download(made, made.target("https://nowhere.example/"), seconds=5, max_bytes=9),
    ):
        pass


def test_an_error_of_the_reader_is_not_taken_for_one_of_the_network(receiver: Receiver) -> None:
    made = guard("127.0.0.1")
    receiver.answer("/", 200)
    with (
        pytest.raises(OSError, match="disk full"),
        download(made, made.target(receiver.url("/")), seconds=5, max_bytes=100),
    ):
        raise OSError("disk full")
