"""Lifecycles as tables: which attribute carries the state of a noun and which moves are allowed. No HTTP."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tmf_conformance.documents.document import Document, Noun
from tmf_conformance.errors import CannotRun

DEFAULT = Path(__file__).parent / "_data" / "lifecycles.yaml"


@dataclass(frozen=True)
class Lifecycle:
    """The states of one noun. `moves` maps a state to the states that may follow; a final one to none.

    `moves_itself` says that a process of the server may change a record after it was created.
    `also` are attributes that a body needs so that a record in such a state makes sense; `make` are the states in
    which ordinary records are made (all when empty); `tested` false keeps the table for that only.
    """

    attribute: str
    moves: dict[str, tuple[str, ...]]
    moves_itself: bool
    tested: bool
    also: dict[str, Any]
    make: tuple[str, ...]

    @property
    def known(self) -> list[str]:
        """The states in which ordinary records are made."""
        return list(self.make or self.moves)

    def legal(self) -> list[tuple[str, str]]:
        return [(old, new) for old, following in self.moves.items() for new in following]

    def illegal(self) -> list[tuple[str, str]]:
        return [(a, b) for a, following in self.moves.items() for b in self.moves if b != a and b not in following]


class Lifecycles:
    """The lifecycles of a file: `API: noun: {attribute, moves, versions, moves_itself}`."""

    def __init__(self, content: dict[str, Any], source: str) -> None:
        self._content = content
        for api, nouns in content.items():
            for noun, entry in (nouns or {}).items():
                self._check(entry, f"{source}: {api} {noun}")

    def _check(self, entry: Any, where: str) -> None:
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("attribute"), str)
            or not isinstance(entry.get("moves"), dict)
        ):
            raise CannotRun(f"{where} needs `attribute` and `moves` (state: [states that may follow])")
        for state, following in entry["moves"].items():
            unknown = [s for s in following or [] if s not in entry["moves"]]
            if unknown:
                raise CannotRun(f"{where}: {state} leads to {', '.join(unknown)}, which is no state of the table")

    def find(self, document: Document, noun: Noun) -> Lifecycle | None:
        """The lifecycle of a noun in this API and version, if the table has one."""
        entry = (self._content.get(document.api) or {}).get(noun.name)
        if entry is None or document.version not in entry.get("versions", [document.version]):
            return None
        # A version that lacks a state lacks the moves from and to it.
        declared = document.schemas.enum(document.schemas.properties(noun.schema).get(entry["attribute"], {}))
        states = [state for state in entry["moves"] if not declared or state in declared]
        moves = {state: tuple(s for s in entry["moves"][state] or () if s in states) for state in states}
        return Lifecycle(
            entry["attribute"],
            moves,
            bool(entry.get("moves_itself")),
            bool(entry.get("tested", True)),
            entry.get("also") or {},
            tuple(entry.get("make") or ()),
        )


def read(path: Path = DEFAULT) -> Lifecycles:
    """The lifecycles of a file. CannotRun with one line when it cannot be used."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CannotRun(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    if not isinstance(content, dict):
        raise CannotRun(f"{path} must map an API to its nouns")
    return Lifecycles(content, str(path))
