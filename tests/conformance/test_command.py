"""The command: exit status, reports, and one clear line within a bounded time for whatever cannot be checked."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.conformance.conftest import WIDGET, WIDGET_LIFECYCLES, Command, serving

# A busy machine delivers events late; the command ends as soon as they are there.
PATIENT = ("--event-timeout", "60", "--retry-timeout", "60", "--timeout", "60")
OWN = ("--document", str(WIDGET), "--lifecycles", str(WIDGET_LIFECYCLES))


def test_an_api_never_seen_is_checked_from_its_document_alone(command: Command, served: str, tmp_path: Path) -> None:
    reports = ("--html", "out/r.html", "--junit", "out/r.xml", "--json", "out/r.json")
    status, out, err = command.run("run", "--url", served, *OWN, *PATIENT, *reports, seconds=400)
    assert (status, err) == (0, "")
    assert "conforms" in out
    result = json.loads((tmp_path / "out" / "r.json").read_text())
    assert result["conforms"]
    assert result["counts"].get("failed", 0) == 0
    assert {r["group"] for r in result["results"]} == {"contract", "tmf630", "lifecycle", "abuse"}
    assert result["byCheck"]["filter.string"]["requests"] > 0
    assert httpx.get(f"{served}/widget", trust_env=False).json() == []


def test_failures_give_status_1_and_explain_themselves(command: Command, tmp_path: Path) -> None:
    with serving("--broken", "ne-as-eq") as base:
        reports = ("--html", "r.html", "--junit", "r.xml", "--json", "r.json")
        status, out, _ = command.run("run", "--url", base, *OWN, "--only", "filter", *reports)
    assert status == 1
    assert "filter.ne" in out
    page = (tmp_path / "r.html").read_text()
    assert "TMF630 P1 4.4" in page
    assert "curl -i" in page
    assert "does not conform" in page
    assert "<script" not in page
    assert 'src="' not in page
    assert "@import" not in page
    suites = ET.fromstring((tmp_path / "r.xml").read_text())
    failed = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
    assert "filter.ne [widget]" in failed
    found = next(r for r in json.loads((tmp_path / "r.json").read_text())["results"] if r["outcome"] == "failed")
    assert found["findings"][0]["request"].startswith("curl -i ")
    assert found["findings"][0]["answer"].startswith("HTTP 200")


@pytest.fixture
def oddity(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server on a raw socket that answers every request with fixed bytes, or for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    threads = [threading.Thread(target=_serve, args=(listener, request.param, stop), daemon=True)]
    threads[0].start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    stop.set()
    listener.close()
    threads[0].join(5)


def _serve(listener: socket.socket, kind: str, stop: threading.Event) -> None:
    listener.settimeout(0.2)
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            continue
        threading.Thread(target=_answer, args=(connection, kind, stop), daemon=True).start()


def _answer(connection: socket.socket, kind: str, stop: threading.Event) -> None:
    head = "HTTP/1.1 {}\r\nContent-Type: {}\r\nConnection: close\r\n\r\n"
    with connection:
        try:
            connection.recv(65536)
            if kind == "html":
                connection.sendall((head.format("200 OK", "text/html") + "<html>hello</html>").encode())
            elif kind == "not found":
                connection.sendall((head.format("404 Not Found", "application/json") + "{}").encode())
            elif kind == "redirect":
                lines = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/login\r\nContent-Length: 0\r\n\r\n"
                connection.sendall(lines.encode())
            elif kind == "unauthorized":
                connection.sendall((head.format("401 Unauthorized", "application/json") + "{}").encode())
            elif kind == "flood":
                connection.sendall(head.format("200 OK", "application/json").encode())
                while not stop.is_set():
                    connection.sendall(b"[" * 1_000_000)
            elif kind == "drip":
                connection.sendall(head.format("200 OK", "application/json").encode())
                while not stop.wait(0.2):
                    connection.sendall(b" ")
            else:
                stop.wait(60)
        except OSError:
            pass


@pytest.mark.parametrize(
    ("oddity", "said"),
    [
        ("html", "no JSON"),
        ("not found", "base path"),
        ("redirect", "redirects to"),
        ("unauthorized", "--header"),
        ("flood", "larger than"),
        ("drip", "within 2 s"),
        ("hang", "within 2 s"),
    ],
    indirect=["oddity"],
)
def test_a_server_that_cannot_be_judged_gives_status_2_and_one_line(command: Command, oddity: str, said: str) -> None:
    started = time.monotonic()
    status, _, err = command.run("run", "--url", oddity, *OWN, "--timeout", "2", seconds=40)
    assert status == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", "http://127.0.0.1:1/x", *OWN), "no connection to"),
        (("--url", "ftp://x", *OWN), "must begin with http"),
        (("--url", "http://127.0.0.1:1", "--document", "nothing.yaml"), "cannot be read"),
        (("--url", "http://127.0.0.1:1", "--api", "TMF999", "--version", "v5"), "not known"),
        (("--url", "http://127.0.0.1:1", "--api", "TMF620"), "exactly one"),
        (("--all", "--root", "http://127.0.0.1:1"), "no connection to"),
        ((), "--url URL"),
        (("--url", "http://127.0.0.1:1", *OWN, "--header", "nonsense"), "Name: value"),
        (("--url", "http://127.0.0.1:1", *OWN, "--only", "nonsense"), "no check"),
        (("--url", "http://127.0.0.1:1", *OWN, "--payloads", "nowhere"), "no such folder"),
    ],
)
def test_a_wrong_call_gives_status_2_and_one_line(command: Command, arguments: tuple[str, ...], said: str) -> None:
    status, _, err = command.run("run", *arguments, seconds=40)
    assert status == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing_behind(command: Command, served: str, sent: signal.Signals) -> None:
    process = command.start("run", "--url", served, *OWN, "--skip", "contract", "--skip", "task", "--skip", "media")
    for _ in range(2000):
        assert process.poll() is None, "the run was over before it could be interrupted"
        if len(httpx.get(f"{served}/widget", params={"limit": "100"}, trust_env=False).json()) > 8:
            break
        time.sleep(0.05)
    process.send_signal(sent)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "interrupted" in err
    assert httpx.get(f"{served}/widget", trust_env=False).json() == []


def test_own_payloads_are_used(command: Command, served: str, tmp_path: Path) -> None:
    folder = tmp_path / "bodies"
    folder.mkdir()
    (folder / "widget.json").write_text(
        json.dumps({"@type": "Widget", "name": "mine", "description": "own", "wheels": 7})
    )
    status, _, err = command.run(
        "run", "--url", served, *OWN, "--payloads", str(folder), "--only", "create.keeps-sent", "--json", "r.json"
    )
    assert (status, err) == (0, "")
    (folder / "widget.json").write_text("{")
    status, _, err = command.run("run", "--url", served, *OWN, "--payloads", str(folder), "--only", "create.keeps-sent")
    assert status == 2
    assert "cannot be read as JSON" in err


def test_the_list_of_checks_names_clauses(command: Command) -> None:
    status, out, _ = command.run("checks")
    assert status == 0
    assert "filter.ne" in out
    assert "TMF630 P1 4.4" in out
