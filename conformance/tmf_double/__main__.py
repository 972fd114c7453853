"""python -m tmf_double DOCUMENT [--port N] [--broken WAY]: serve the double on loopback, whole or broken."""

import argparse
from pathlib import Path

import uvicorn

from tmf_conformance import lifecycles
from tmf_conformance.documents.document import load
from tmf_double.app import Double
from tmf_double.broken.ways import WAYS

_HERE = Path(__file__).parent


def main() -> None:
    """Serve until stopped, under /api."""
    parser = argparse.ArgumentParser(prog="python -m tmf_double", description=__doc__)
    parser.add_argument("document", type=Path, nargs="?", default=_HERE / "widget.yaml")
    parser.add_argument("--lifecycles", type=Path, default=_HERE / "widget-lifecycles.yaml")
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--broken", choices=sorted(WAYS), help="break it in this way")
    given = parser.parse_args()
    kind = WAYS[given.broken].double if given.broken else Double
    double = kind(load(given.document), lifecycles.read(given.lifecycles))
    uvicorn.run(double.asgi, host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
