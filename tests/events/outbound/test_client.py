"""The client that posts to subscribers: connections kept and renewed, and answers of every bad kind taken calmly."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.support.servers.receiver import Receiver
from tmf_server.events.outbound.client import CallOutcome, Outbound
from tmf_server.events.outbound.url_policy import UrlPolicy

GUARD = UrlPolicy(("127.0.0.1",))


@contextmanager
def saying(*answers: bytes, close: bool = True) -> Iterator[int]:
    """A server that reads one request a connection and says the next of the answers, whatever they are."""
    listener = socket.create_server(("127.0.0.1", 0))
    waiting = list(answers)

    def serve() -> None:
        while waiting:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(waiting.pop(0))
                if not close:
                    connection.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()


def post_all(url: str, times: int = 1, seconds: float = 2.0, pause: float = 0.0, slots: int = 4) -> list[CallOutcome]:
    async def run() -> list[CallOutcome]:
        outbound = Outbound(GUARD, slots=slots, connect_seconds=1.0, seconds=seconds)
        answers = []
        for _ in range(times):
            answers.append(await outbound.post(GUARD.target(url), b"{}", {}))
            await asyncio.sleep(pause)
        await outbound.close()
        return answers

    return asyncio.run(run())


def answer_to(said: bytes, *, close: bool = True, seconds: float = 2.0) -> CallOutcome:
    with saying(said, close=close) as port:
        return post_all(f"http://127.0.0.1:{port}/", seconds=seconds)[0]


def test_one_connection_serves_many_calls(receiver: Receiver) -> None:
    assert all(answer.ok for answer in post_all(receiver.url("/"), times=5))
    assert (len(receiver.calls), receiver.connections) == (5, 1)


def test_a_connection_that_the_other_side_closed_is_replaced_unseen() -> None:
    reply = b"HTTP/1.1 204 No Content\r\n\r\n"
    with saying(reply, reply, reply) as port:
        answers = post_all(f"http://127.0.0.1:{port}/", times=3, pause=0.05)
    assert [answer.status for answer in answers] == [204, 204, 204]


def test_connections_to_many_hosts_do_not_pile_up() -> None:
    async def run() -> int:
        outbound = Outbound(GUARD, slots=2, connect_seconds=1.0, seconds=2.0)
        for made in receivers:
            assert (await outbound.post(GUARD.target(made.url("/")), b"{}", {})).ok
        kept = len(outbound._idle)
        await outbound.close()
        return kept

    receivers = [Receiver() for _ in range(4)]
    for made in receivers:
        made.__enter__()
    try:
        assert asyncio.run(run()) == 2
    finally:
        for made in receivers:
            made.__exit__()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200),
        (b"HTTP/1.0 202 Accepted\r\n\r\n", 202),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 500),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short", 200),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk at all", 200),
        (b"HTTP/1.1 204 No Content\r\n\r\nand more than that", 204),
        (b"", None),
        (b"220 smtp.example ESMTP\r\n", None),
        (b"HTTP/1.1 2", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, None),
        (b"\x16\x03\x01\x00\xee", None),
    ],
)
def test_answers_of_every_kind(said: bytes, status: int | None) -> None:
    answer = answer_to(said)
    assert answer.status == status
    assert answer.ok == (status in (200, 201, 202, 204))
    assert bool(answer.note) != answer.ok


def test_a_body_that_never_ends_is_not_waited_for() -> None:
    answer = answer_to(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", close=False, seconds=10.0)
    assert answer.ok
    assert answer.seconds < 5


def test_a_head_that_never_ends_is_given_up() -> None:
    answer = answer_to(b"HTTP/1.1 200 OK\r\nX: half", close=False, seconds=0.3)
    assert answer.status is None
    assert "TimeoutError" in answer.note


def test_the_note_of_a_failure_is_short_and_printable() -> None:
    answer = answer_to(b"HTTP/1.1 400 Bad\r\nContent-Length: 400\r\n\r\n" + b"bad\x00\x1b[31m\xff" + b"x" * 390)
    assert answer.note.startswith("HTTP 400 bad  [31m\ufffdxxx")
    assert len(answer.note) <= 300


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.booleans())
def test_no_answer_raises(said: bytes, begins_well: bool) -> None:
    answer = answer_to((b"HTTP/1.1 200 OK\r\n" if begins_well else b"") + said, seconds=1.0)
    assert answer.status is None or answer.status >= 200
