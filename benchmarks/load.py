"""Load by wrk (Debian: apt-get install wrk), bounded in time and connections; its figures as values."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

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
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", file.name, url]
        text = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    return _figures(text)


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


def post_script(collection: str, body: Path) -> str:
    """New records from the body in a file, without an id."""
    return f"""
local file = io.open("{body}", "rb")
local body = file:read("*a")
file:close()
local headers = {{["Content-Type"] = "application/json"}}
request = function() return wrk.format("POST", "{collection}", headers, body) end
"""
