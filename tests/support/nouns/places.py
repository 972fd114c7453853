"""Every place in the bodies of a noun, and bodies with a value of another type there. Holds no test."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.support.nouns.every import Noun, registry, value_of
from tmf_server.contracts.contract import Contract

Path = tuple[str, ...]
DEEPEST = 3

# One value or more of each JSON type, plain and nested, the large and the odd among them.
SWAPPED: tuple[Any, ...] = (
    None, True, 42, -1, 12.5, 2**53 + 1, 1e300, "", "x", "é" * 300, "2026-01-01T00:00:00Z",
    {}, {"a": 1}, {"id": {}}, {"@type": []}, {"\u0001v4": {}},
    [], [None], [42], ["x"], [[]], [{}], [{"id": ["x"]}], [[{"a": None}]],
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """An attribute by its path; arrays on the way are entered at their first element."""

    contract: Contract
    schema: str
    path: Path

    def swapped(self, body: dict[str, Any], value: Any) -> dict[str, Any]:
        """The body with the value at the place, and with what the schema needs on the way to it."""
        return _put(self.contract, self.schema, body, self.path, value)

    def __str__(self) -> str:
        return ".".join(self.path)


@cache
def places(noun: Noun) -> tuple[Place, ...]:
    """Every place of the noun's bodies and of its records, also what only the other version has a name for."""
    found: dict[Path, Place] = {}
    for contract, schema in _schemas(noun):
        for path in _paths(contract, schema, ()):
            found.setdefault(path, Place(contract, schema, path))
    return tuple(found.values())


def _schemas(noun: Noun) -> Iterator[tuple[Contract, str]]:
    create = noun.operation("create")
    if create is not None:
        yield noun.exposure.contract, create.request_schemas["application/json"]
    for exposure in (noun.exposure, *registry().shown_in(noun.exposure.entity.name)):
        yield exposure.contract, exposure.schema


def _paths(contract: Contract, schema: str, above: tuple[str, ...]) -> Iterator[Path]:
    for name in contract.all_properties(schema):
        yield (name,)
        inner = contract.attribute(schema, (name,))
        if inner is not None and inner.schema is not None and len(above) + 1 < DEEPEST:
            yield from ((name, *rest) for rest in _paths(contract, inner.schema, (*above, schema)))


def _put(contract: Contract, schema: str, body: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    name, *rest = path
    if not rest:
        return body | {name: value}
    declared = contract.attribute(schema, (name,))
    assert declared is not None
    assert declared.schema is not None
    held = body.get(name) or value_of(contract, contract.all_properties(schema)[name])
    if isinstance(held, list):
        first = held[0] if held and isinstance(held[0], dict) else {}
        return body | {name: [_put(contract, declared.schema, first, tuple(rest), value), *held[1:]]}
    holder = held if isinstance(held, dict) else {}
    return body | {name: _put(contract, declared.schema, holder, tuple(rest), value)}
