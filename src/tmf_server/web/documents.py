"""The served documents as JSON and YAML, with the server's address as called by the client. No HTTP."""

import uuid
from functools import lru_cache
from typing import Any

import orjson
import yaml

from tmf_server.contracts.contract import Contract
from tmf_server.web.prepared import Prepared

MEDIA_TYPES = {"json": "application/json", "yaml": "application/yaml"}
KEPT = 32  # more than one address for each form of each document
_ADDRESS = f"https://{uuid.uuid4().hex}.invalid"


class PublishedDocument:
    """The document of a contract. Each form is written at its first use and kept in two parts around the address."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._parts: dict[str, tuple[bytes, bytes]] = {}

    def text(self, form: str, origin: str) -> bytes:
        """Return the document in a form of MEDIA_TYPES; the API at `origin` (scheme and host) is the only server."""
        if form not in self._parts:
            before, _, after = _WRITERS[form](_addressed(self.contract)).partition(_ADDRESS.encode())
            self._parts[form] = before, after
        return origin.encode().join(self._parts[form])


@lru_cache(maxsize=KEPT)
def prepared_document(document: PublishedDocument, form: str, origin: str) -> Prepared:
    """The document in a form, ready to be sent."""
    return Prepared(document.text(form, origin), MEDIA_TYPES[form])


def _addressed(contract: Contract) -> dict[str, Any]:
    """Return the document with `servers` right after the introduction."""
    document = contract.document
    first = {name: document[name] for name in ("openapi", "info") if name in document}
    servers = {"servers": [{"url": _ADDRESS + contract.base_path}]}
    return first | servers | {name: part for name, part in document.items() if name != "servers"}


def _json(document: dict[str, Any]) -> bytes:
    # YAML reads unquoted status codes as numbers and unquoted dates as dates; JSON writes both as text
    return orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)


def _yaml(document: dict[str, Any]) -> bytes:
    plain = orjson.loads(_json(document))
    text: bytes = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, encoding="utf-8")
    return text


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # known at run time
    """Writes repeated parts out: many readers of OpenAPI know no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature of the parent
        """True for everything."""
        return True


_WRITERS = {"json": _json, "yaml": _yaml}
