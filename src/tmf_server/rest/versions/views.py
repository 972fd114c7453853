"""The lens between the canonical document and a version's: nothing is lost in either direction. Names no noun."""

from functools import cached_property
from typing import Any

from tmf_server.contracts.contract import Contract
from tmf_server.registry.entity import Document, Path
from tmf_server.rest.versions.compiler import Compiler
from tmf_server.rest.versions.extras import put_back, strip
from tmf_server.rest.versions.mappers import Objects
from tmf_server.rest.versions.rules import Rules
from tmf_server.rest.versions.words import Words, words_for

__all__ = ["V4View", "V5View"]


class V5View:
    """The canonical document without what only v4 shows. Results share their unchanged parts with the input."""

    def show(self, canonical: Document) -> Document:
        """The document as v5 has it; the canonical one itself where nothing is to be left out."""
        shown: Document = strip(canonical)
        return shown

    def accept(self, shown: Document, base: Document | None = None) -> Document:
        """The canonical document of a v5 one; what only v4 shows comes from `base`, object by object."""
        canonical: Document = shown if base is None else put_back(shown, base)
        return canonical

    def path(self, path: Path) -> Path:
        """The path itself."""
        return path

    def paths(self, path: Path) -> tuple[Path, ...]:
        """The path itself."""
        return (path,)

    def stored_values(self, path: Path, value: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """The value itself."""
        return (value,)

    def settled(self, path: Path, value: Any) -> bool:  # noqa: ARG002
        """There is no other path."""
        return True

    def words(self, contract: Contract) -> Words:  # noqa: ARG002
        """The view of v4 knows both versions' names."""
        return {}


class V4View:
    """A noun's v4 document over its canonical one, by the noun's table. Results share unchanged parts with the input.

    `v4_schema` and `v5_schema` are the schemas of the record in the two documents. Plans are compiled at first use.
    """

    def __init__(
        self, rules: Rules, contract_v4: Contract, contract_v5: Contract, v4_schema: str, v5_schema: str
    ) -> None:
        self._compiler = Compiler(rules, contract_v4, contract_v5)
        self._contract = contract_v4
        self._schemas = (v4_schema, v5_schema)

    @cached_property
    def plan(self) -> Objects:
        """The compiled plan. Raises LookupError when the table does not fit the documents."""
        return self._compiler.root(*self._schemas)

    def words(self, contract: Contract) -> Words:
        """By schema, what names of the other version are called in the document of one of the two."""
        _ = self.plan  # compiles the pairs
        return words_for(contract, self._compiler.pairs(), self._contract)

    def show(self, canonical: Document) -> Document:
        """The document as v4 has it."""
        return self.plan.show(canonical)

    def accept(self, shown: Document, base: Document | None = None) -> Document:
        """The canonical document of a v4 one; what v4 does not show comes from `base` (returned if nothing changed)."""
        return self.plan.accept(shown, base)

    def path(self, path: Path) -> Path:
        """The canonical path of an attribute; that of an attribute which only v4 has leads into the residue."""
        return self.plan.paths(path)[0]

    def paths(self, path: Path) -> tuple[Path, ...]:
        """Every canonical path where the value of a v4 attribute can lie, the usual one first."""
        return self.plan.paths(path)

    def stored_values(self, path: Path, value: Any) -> tuple[Any, ...]:
        """Every canonical value that v4 shows as `value`."""
        return self.plan.values(path, value)

    def settled(self, path: Path, value: Any) -> bool:
        """True when a record that shows `value` has it at the usual path, never at another."""
        return self.plan.settled(path, value)
