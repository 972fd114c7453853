"""Reads the OpenAPI documents of a folder, with a cache. Reads and writes files; knows no noun."""

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson
import yaml

from tmf_server.contracts import yaml12
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.soundness import check_document
from tmf_server.contracts.swagger2 import convert_swagger2

SUFFIXES = (".yaml", ".yml", ".json")
READING = 2
"""The version of the reading; a change of the reading raises the number and so leaves older caches behind."""


class Addresses(Protocol):
    """The addresses of the documents of an API: a path, and aliases ending with the version."""

    @property
    def base_path(self) -> str:
        """The path without the version."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """The aliases, each with its version."""
        ...


def check_names(names: Collection[str], known: Collection[str]) -> None:
    """Raise ValueError for an entry that is neither an API (TMF620) nor a version of an API (TMF620/v5)."""
    versions = {name for api in known for name in (api, f"{api}/v4", f"{api}/v5")}
    unknown = sorted(set(names) - versions)
    if unknown:
        raise ValueError(f"there is no API {', '.join(unknown)}; there are {', '.join(known)}, with /v4 or /v5")


def load_contracts(
    folder: Path, apis: Mapping[str, Addresses], wanted: tuple[str, ...] = (), cache: Path | None = None
) -> list[Contract]:
    """Return the documents of `apis` below `folder` (v4/TMF620.yaml …), all or the `wanted` (TMF620 or TMF620/v5).

    Swagger 2.0 documents are read as OpenAPI 3.0. `cache` is a folder for documents as JSON, read a hundred times
    faster than YAML. Raises FileNotFoundError without any document.
    """
    found = []
    for path in sorted(folder.glob("v[45]/TMF*.*")):
        api, version = path.stem, path.parent.name
        if path.suffix not in SUFFIXES or api not in apis:
            continue
        if wanted and api not in wanted and f"{api}/{version}" not in wanted:
            continue
        known = apis[api]
        aliases = tuple(alias for alias in known.aliases if alias.endswith(f"/{version}"))
        found.append(Contract(api, version, f"{known.base_path}/{version}", _cached(path, cache), aliases))
    if not found:
        raise FileNotFoundError(f"no document v4/TMFnnn.yaml or v5/TMFnnn.yaml of a wanted API in {folder}")
    return found


def _cached(path: Path, cache: Path | None) -> dict[str, Any]:
    if cache is None:
        return read_document(path)
    kept = cache / f"{hashlib.sha256(path.read_bytes()).hexdigest()}-{READING}.json"
    with contextlib.suppress(OSError, ValueError):
        document: dict[str, Any] = orjson.loads(kept.read_bytes())
        return document
    document = read_document(path)
    # A read-only folder costs a second at each start, and nothing else.
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(orjson.dumps(document))
        fresh.replace(kept)
    return document


def unserved(folder: Path, apis: Collection[str], served: Collection[str]) -> list[str]:
    """Return the documents below `folder` outside of `served` (TMF620/v5), each with the reason, for the operator."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.suffix in SUFFIXES and one.is_file()):
        place = path.relative_to(folder)
        if len(place.parts) != 2 or place.parts[0] not in ("v4", "v5"):
            found.append(f"{place} (documents lie in v4/ and v5/)")
        elif path.stem not in apis:
            found.append(f"{place} (its name is no API of this server, such as TMF620{path.suffix})")
        elif f"{path.stem}/{place.parts[0]}" not in served:
            found.append(f"{place} (TMF_APIS leaves it out)")
    return found


def read_document(path: Path) -> dict[str, Any]:
    """Read a document as OpenAPI 3.0, from JSON or YAML, OpenAPI 3.0 or Swagger 2.0. Raises ValueError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else yaml12.load(path)
    except (ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    check_document(document, str(path))
    return convert_swagger2(document) if "swagger" in document else document
