"""Lifecycles as tables: which attribute carries the state of a noun and which moves are allowed. No HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tmf_conformance.documents.document import Document, Noun
from tmf_conformance.files import read_tables

DEFAULT = Path(__file__).parent / "_data" / "lifecycles.yaml"


@dataclass(frozen=True)
class Lifecycle:
    """The states of one noun. `moves` maps a state to the states that may follow; a final one to none.

    `versions` are those in which the table applies. `moves_itself` says that a process of the server may change a
    record after it was created. `also` are attributes that a body needs so that a record in such a state makes sense;
    `make` are the states in which ordinary records are made (all when empty); `tested` false keeps the table for that
    only.
    """

    attribute: str
    moves: dict[str, tuple[str, ...]]
    versions: list[str]
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

    def among(self, states: list[str]) -> "Lifecycle":
        """Return the table for a version that declares these states only, or any when there are none."""
        kept = {
            state: tuple(one for one in following if one in states)
            for state, following in self.moves.items()
            if state in states
        }
        return replace(self, moves=kept) if states else self


class Lifecycles:
    """The lifecycles of a file by API and noun."""

    def __init__(self, tables: Mapping[str, Mapping[str, Lifecycle]]) -> None:
        self._tables = tables

    def find(self, document: Document, noun: Noun) -> Lifecycle | None:
        """The lifecycle of a noun in this API and version, if the table has one."""
        table = self._tables.get(document.api, {}).get(noun.name)
        if table is None or document.version not in table.versions:
            return None
        return table.among(document.schemas.enum(document.schemas.properties(noun.schema).get(table.attribute, {})))


def read(path: Path = DEFAULT) -> Lifecycles:
    """The lifecycles of a file. CannotRun with one line when it cannot be used."""
    tables = read_tables(path)
    return Lifecycles(
        {api: {noun: Lifecycle(**table) for noun, table in nouns.items()} for api, nouns in tables.items()}
    )
