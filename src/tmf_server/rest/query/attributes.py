"""Resolves names of attributes, as shown by a version, to paths in stored documents. Pure; names no noun."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol

from tmf_server.contracts.contract import Attribute, Contract
from tmf_server.errors import InvalidInput, NotSupported
from tmf_server.registry.entity import Path
from tmf_server.registry.exposure import Exposure
from tmf_server.rest.query.tokens import PARAMETERS
from tmf_server.rules.canonical import MARK

UNKNOWN = "unknownAttribute"
MOST_STEPS = 32
"""How many names a path has at most: a statement joins once for each."""
META = frozenset({("@type",), ("@baseType",), ("@schemaLocation",)})
RECORD_URL = re.compile(r".*/([^/]+)/([^/]+)")


class PathMapping(Protocol):
    """Maps attributes as shown by a version to paths and values in stored documents, for filters."""

    def paths(self, path: Path) -> tuple[Path, ...]:
        """Return every path of the attribute in stored documents."""
        ...

    def stored_values(self, path: Path, value: object) -> tuple[object, ...]:
        """Return every stored value shown as the value."""
        ...

    def settled(self, path: Path, value: object) -> bool:
        """Return whether every record showing the value stores the value at the usual path alone."""
        ...


@dataclass(frozen=True, slots=True)
class PathScope:
    """The start of paths, a record or an element: the path as shown by the version, and the stored path."""

    shown: Path = ()
    stored: Path = ()


RECORD = PathScope()


@dataclass(frozen=True, slots=True)
class ResolvedAttribute:
    """An attribute with the full path as shown, the stored paths from the scope on, and the type."""

    shown: Path
    stored: tuple[Path, ...]
    attribute: Attribute


class Attributes:
    """Resolves the attributes of a schema in a version."""

    def __init__(self, contract: Contract, schema: str, view: PathMapping, parameters: Iterable[str] = ()) -> None:
        self.contract = contract
        self.schema = schema
        self.view = view
        self.parameters = tuple(parameters)  # similar names to propose besides attributes

    def has(self, path: Path) -> bool:
        """True when the schema, or a known subtype, declares the attribute."""
        return self._attribute(path) is not None

    def resolve(self, names: Path, scope: PathScope = RECORD) -> tuple[ResolvedAttribute, ...]:
        """Return every attribute meant by the names; a condition has to hold for some attribute of the result.

        Raises InvalidInput with similar names when no attribute has the name.
        """
        found = self.lookup(names, scope)
        if not found:
            raise self._unknown((*scope.shown, *names))
        return found

    def lookup(self, names: Path, scope: PathScope = RECORD) -> tuple[ResolvedAttribute, ...]:
        """Return every attribute meant by the names, nothing where no attribute has the name."""
        shown = self._spelled_out((*scope.shown, *names))
        attribute = None if shown is None else self._attribute(shown)
        if shown is None or attribute is None:
            return ()
        depth = len(scope.stored)
        stored = tuple(path[depth:] for path in self.view.paths(shown) if path[:depth] == scope.stored)
        if not stored:
            raise NotSupported(f"{'.'.join(shown)} cannot be asked for together with its neighbours in this version.")
        return (ResolvedAttribute(shown, stored, attribute),)

    def find(self, names: Path) -> ResolvedAttribute:
        """Return the first attribute of the record meant by the names. Raises InvalidInput without any."""
        return self.resolve(names)[0]

    def shown_as(self, path: Path) -> Path | None:
        """Return the path of the attribute in answers; None for an unknown attribute.

        A document may accept the object around a reference, and show the content without the object.
        """
        if not self.has(path):
            return None
        shorter = (path[:length] + path[length + 1 :] for length in range(1, len(path) - 1))
        stored = self.view.paths(path)
        return next((one for one in shorter if self.has(one) and self.view.paths(one) == stored), path)

    def _attribute(self, path: Path) -> Attribute | None:
        if len(path) > MOST_STEPS:
            return None
        found = self.contract.attribute(self.schema, path)
        if found is None and path[-1:] in META:
            # Some documents leave out attributes common to all objects of TMF630.
            owner = self.contract.attribute(self.schema, path[:-1])
            return Attribute("text", owner.repeated) if owner is not None and owner.schema is not None else None
        if found is None or not path:
            return found
        kinds = {one.kind for one in self._variants(path)} | {found.kind}
        return found if len(kinds) == 1 else Attribute("any", found.repeated, declared=found.declared)

    def _variants(self, path: Path) -> Iterable[Attribute]:
        """Return the attribute as declared by each subtype: a text in a subtype can be a number in another."""
        owner = self.contract.attribute(self.schema, path[:-1])
        if owner is None or owner.schema is None:
            return ()
        names = self.contract.subtypes(owner.schema).values()
        found = (self.contract.attribute(name, path[-1:]) for name in names)
        return [one for one in found if one is not None]

    def _spelled_out(self, path: Path) -> Path | None:
        """Insert the object around a reference: relatedParty.id becomes relatedParty.partyOrPartyRole.id.

        A client may leave the object out where the step before has exactly one object with the name asked for.
        """
        for length in range(1, len(path) + 1):
            if not self.has(path[:length]):
                wrapper = self._wrapper(path[: length - 1], path[length - 1])
                return None if wrapper is None else (*path[: length - 1], wrapper, *path[length - 1 :])
        return path

    def _wrapper(self, path: Path, name: str) -> str | None:
        owner = self.contract.attribute(self.schema, path)
        if not path or owner is None or owner.schema is None:
            return None
        inner = [one for one in self.contract.all_properties(owner.schema) if self._refers((*path, one), name)]
        return inner[0] if len(inner) == 1 else None

    def _refers(self, path: Path, name: str) -> bool:
        found = self.contract.attribute(self.schema, path)
        return (
            found is not None
            and found.schema is not None
            and all(self.has((*path, part)) for part in (name, "id", "@referredType"))
        )

    def _unknown(self, path: Path) -> InvalidInput:
        known = next(length for length in range(min(len(path), MOST_STEPS), -1, -1) if self.has(path[:length]))
        owner = self.contract.attribute(self.schema, path[:known])
        dotted, place = ".".join(path), ".".join(path[:known]) or self.schema
        if owner is None or owner.schema is None:
            return InvalidInput(f"{place} has no attributes, so there is no {dotted[:80]!r}.", code=UNKNOWN)
        names = list(self.contract.all_properties(owner.schema))
        near = get_close_matches(path[known], [*names, *(() if known else self.parameters)], 3, 0.6)
        hint = f" Did you mean {' or '.join(near)}?" if near else f" There are: {', '.join(sorted(names)[:40])}."
        return InvalidInput(f"{dotted[:80]!r} is no attribute of {self.schema}.{hint}", code=UNKNOWN)


class StoredPaths:
    """Maps attributes as shown by an exposure to the stored documents."""

    def __init__(self, exposure: Exposure) -> None:
        self._view = exposure.view
        self._kinds = {exposure.noun: exposure.entity.name}

    def paths(self, path: Path) -> tuple[Path, ...]:
        """Return every path of the attribute in stored documents."""
        return self._view.paths(path)

    def stored_values(self, path: Path, value: object) -> tuple[object, ...]:
        """Return every stored value shown as the value; the stored href of a local record has no host and version."""
        found = self._view.stored_values(path, value)
        url = RECORD_URL.fullmatch(str(value)) if path[-1] == "href" else None
        return found if url is None else (*found, f"{MARK}{self._kinds.get(url[1], url[1])}/{url[2]}")

    def settled(self, path: Path, value: object) -> bool:
        """Return whether every record showing the value stores the value at the usual path alone."""
        return self._view.settled(path, value)


@lru_cache(maxsize=256)
def attributes_of(exposure: Exposure) -> Attributes:
    """Return the attributes of an exposure."""
    return Attributes(exposure.contract, exposure.schema, StoredPaths(exposure), PARAMETERS)
