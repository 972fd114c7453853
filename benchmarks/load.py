"""Load by wrk (Debian: apt-get install wrk), bounded in time and connections; its figures as values."""

import http.client
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import count
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)", re.MULTILINE)
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
WRONG = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Figures:
    """Requests a second, median and 99th percentile in milliseconds, and what went wrong ("" for nothing)."""

    rate: float
    median: float
    p99: float
    wrong: str


def run(url: str, script: str, *, connections: int, seconds: float) -> Figures:
    """Ask the server for `seconds` over `connections`; the Lua script makes the requests."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("The load generator wrk is missing. Install it (Debian: apt-get install wrk).")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = [wrk, "-t1", f"-c{connections}", f"-d{ceil(seconds) + 1}s", "--latency", "-s", file.name, url]
        return _figures(_stopped(command, seconds))


def _stopped(command: list[str], seconds: float) -> str:
    """What wrk says when it is interrupted after the time: by itself it knows whole seconds only."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        return process.communicate(timeout=30)[0]


def warm(url: str, path: str, *, seconds: float) -> None:
    """Ask for the path again and again, each ten times over a new connection so that every process is asked."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        for _ in range(10):
            connection.request("GET", path)
            connection.getresponse().read()
        connection.close()


def _figures(text: str) -> Figures:
    rate = RATE.search(text)
    if rate is None:
        raise SystemExit(f"wrk said something unexpected:\n{text}")
    latency = {found[1]: float(found[2]) * MILLISECONDS[found[3]] for found in LATENCY.finditer(text)}
    wrong = WRONG.search(text)
    return Figures(float(rate[1]), latency.get("50", 0.0), latency.get("99", 0.0), wrong[0] if wrong else "")


def get_script(collection: str, stored: int) -> str:
    """Reads of random records."""
    return f"""
math.randomseed(os.time())
request = function()
  return wrk.format("GET", string.format("{collection}/bench-%07d", math.random(0, {stored - 1})))
end
"""


def list_script(collection: str, query: str) -> str:
    """The same list again and again."""
    return f'request = function() return wrk.format("GET", "{collection}{query}") end\n'


_runs = count(int(time.time()) % 100_000 * 1_000)


def post_script(collection: str, body: Path, serial: str) -> str:
    """New records from the body in a file, without an id; text that is the serial is another one in each request.

    Two runs have no serial in common: the first digits are the run's, the others count its requests.
    """
    asked = (
        "body" if not serial else f'(body:gsub("{serial}", string.format("S{next(_runs) % 10**8:08d}%06d", number)))'
    )
    return f"""
local file = io.open("{body}", "rb")
local body = file:read("*a")
file:close()
local headers = {{["Content-Type"] = "application/json"}}
local number = 0
request = function()
  number = number + 1
  return wrk.format("POST", "{collection}", headers, {asked})
end
"""
