"""Command line: python -m tools.contracts.lint [FOLDER]. Says what is wrong with documents; exit 1 when anything is."""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from openapi_spec_validator import OpenAPIV30SpecValidator

from tmf_server.contracts import yaml12
from tools.contracts.rules import broken


def main(folder: str = "openapi") -> int:
    """Check every document below the folder, several at a time."""
    paths = sorted(Path(folder).glob("v*/*.yaml"))
    with ProcessPoolExecutor() as pool:
        found = [line for lines in pool.map(faults, paths) for line in lines]
    sys.stdout.write("".join(f"{line}\n" for line in [*found, f"{len(paths)} documents, {len(found)} faults"]))
    return 1 if found or not paths else 0


def faults(path: Path) -> list[str]:
    """What breaks OpenAPI 3.0 or the rules of our documents, a line each."""
    return [f"{path}: {fault}" for fault in _faults(yaml12.load(path))]


def _faults(document: dict[str, object]) -> Iterator[str]:
    for error in OpenAPIV30SpecValidator(document).iter_errors():
        yield f"#/{'/'.join(map(str, error.absolute_path))}: {error.message.splitlines()[0][:200]}"
    yield from broken(document)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
