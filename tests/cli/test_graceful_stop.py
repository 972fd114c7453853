"""A server that is told to stop finishes what is under way, loses no event, and does not take for ever."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.servers.process import ServerProcess
from tests.support.servers.receiver import Receiver, eventually

V5 = "/tmf-api/productCatalogManagement/v5"
WRITERS = 6


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


class Writers:
    """Clients that create one category after another until the server does not answer any more."""

    def __init__(self, url: str) -> None:
        self.acknowledged: list[str] = []
        self.others: list[int] = []
        self._url = url
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self, number: int) -> None:
        with httpx.Client(trust_env=False, timeout=60) as client, contextlib.suppress(httpx.TransportError):
            for count in range(100_000):
                name = f"{number}-{count}"
                answer = client.post(f"{self._url}{V5}/category", json={"@type": "Category", "name": name, "id": name})
                if answer.status_code == 201:
                    self.acknowledged.append(name)
                else:
                    self.others.append(answer.status_code)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)


class HalfSent:
    """A request whose head and half of its body are sent."""

    BODY = b'{"@type": "Category", "id": "half", "name": "in flight"}'

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        head = (
            f"POST {V5}/category HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self.BODY)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + self.BODY[:20])

    def finish(self) -> bytes:
        self._socket.sendall(self.BODY[20:])
        answer = b""
        while part := self._socket.recv(65_536):
            answer += part
        return answer

    def close(self) -> None:
        self._socket.close()


def told_to_stop(server: ServerProcess) -> None:
    server.terminate()
    assert eventually(lambda: "Shutting down" in server.log.read_text())


def test_requests_in_flight_are_finished_and_no_event_is_lost(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    variables = {"TMF_DATABASE_URL": database_url, "TMF_OUTBOUND_ALLOW": "127.0.0.1"}
    receiver.delay("/hook", 0.2)
    with ServerProcess(tmp_path, variables) as server:
        hub = httpx.post(f"{server.url}{V5}/hub", json={"callback": receiver.url("/hook")}, trust_env=False)
        assert hub.status_code == 201
        writers, half = Writers(server.url), HalfSent(server.port)
        assert eventually(lambda: len(writers.acknowledged) >= 20, 60)
        told_to_stop(server)
        answer = half.finish()
        writers.join()
        server.process.wait(30)
    assert answer.startswith(b"HTTP/1.1 201")
    assert writers.others == []
    assert '"level":"error"' not in server.log.read_text()

    stored = {*writers.acknowledged, "half"}
    before = len(receiver.calls)
    receiver.delay("/hook", 0)
    with ServerProcess(tmp_path, variables) as server:
        for name in stored:
            assert httpx.get(f"{server.url}{V5}/category/{name}", trust_env=False).status_code == 200
        assert eventually(lambda: stored <= delivered(receiver), 60)
    assert before < len(receiver.calls), "the stop came before all was delivered, or this test would prove nothing"


def delivered(receiver: Receiver) -> set[str]:
    return {call.json["event"]["category"]["id"] for call in receiver.at("/hook")}


def test_a_client_that_does_not_go_on_is_not_waited_for_longer_than_the_setting_says(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, {"TMF_GRACEFUL_SECONDS": "1"}) as server:
        half = HalfSent(server.port)
        time.sleep(0.2)
        started = time.monotonic()
        server.terminate()
        server.process.wait(30)
        assert 0.9 < time.monotonic() - started < 15
        half.close()


def test_several_processes_stop_together_and_count_as_one(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, {}, "--workers", "2") as server:
        for _ in range(40):
            assert httpx.get(f"{server.url}{V5}/category", trust_env=False).status_code == 200
        assert eventually(lambda: counted(server.url) == 40)
        server.terminate()
        server.process.wait(30)
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url, trust_env=False)


def counted(url: str) -> float:
    families = text_string_to_metric_families(httpx.get(f"{url}/metrics", trust_env=False).text)
    samples = [sample for family in families for sample in family.samples if sample.name == "tmf_requests_total"]
    return sum(sample.value for sample in samples if sample.labels["operation"] == "listCategory")
