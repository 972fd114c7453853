"""How far a reader follows one request: python -m tools.request_path [PATH ...]. Serves the demo on a free port.

Counts, for a request that was answered before, the different functions of the server, their files, and how often the
next call lies in another file.
"""

import sys
import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

import tmf_server
from tmf_server.testing.server import EphemeralServer

SOURCES = str(Path(tmf_server.__file__).parent)
LIST = "/tmf-api/productCatalogManagement/v5/productOffering?limit=5"
WARM = 3
"""How many equal requests come before the traced one."""


class Trace:
    """The calls of the server's own functions while `on`, in order: file, qualified name."""

    def __init__(self) -> None:
        self.on = False
        self.calls: list[tuple[str, str]] = []

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Note one call; for `threading.setprofile`."""
        if self.on and event == "call" and frame.f_code.co_filename.startswith(SOURCES):
            self.calls.append((frame.f_code.co_filename, frame.f_code.co_qualname))

    def row(self, path: str) -> str:
        """The figures as a row of Markdown."""
        files = [name for name, _ in self.calls]
        changes = sum(one != following for one, following in pairwise(files))
        return f"| `{path}` | {len(set(self.calls))} | {len(set(files))} | {changes} |"


def follow(path: str) -> Trace:
    """Trace one GET after a few equal ones, on a server without a worker."""
    trace = Trace()
    threading.setprofile(trace)
    try:
        with EphemeralServer.serving(seed="demo", worker=False, shown_bytes=16_777_216) as server:
            for number in range(WARM + 1):
                trace.on = number == WARM
                httpx.get(server.url() + path).raise_for_status()
            trace.on = False
    finally:
        threading.setprofile(None)
    return trace


def main(paths: Sequence[str]) -> int:
    """Print a row for each path."""
    print("| request | functions | files | changes of file |\n|---|---|---|---|")  # noqa: T201
    for path in paths or [LIST]:
        print(follow(path).row(path))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
