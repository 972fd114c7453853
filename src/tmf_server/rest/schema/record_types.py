"""Which `@type`s a record may have. Pure; names no noun."""

from collections.abc import Callable, Mapping

from tmf_server.contracts.contract import Contract
from tmf_server.errors import Fault, InvalidInput
from tmf_server.rest.schema.schemas import type_name

CODE = "wrongType"


class RecordTypes:
    """The `@type`s of the records of one contract.

    `types` gives the types that a schema knows, each with its schema; `canonical` is the contract whose shape records
    are stored in, which may know more of them. A type that the contract knows as something else is wrong, and so is an
    empty one; with `strict`, so is a type that nobody knows. Nested objects are not looked at: TM Forum's own examples
    label them with names of other things.
    """

    def __init__(
        self,
        contract: Contract,
        canonical: Contract,
        types: Callable[[str], Mapping[str, str]],
        *,
        strict: bool,
    ) -> None:
        self._contracts = (contract, canonical)
        self._types = types
        self._strict = strict
        self._everything = {name for schema in contract.own_schemas for name in (type_name(schema), *types(schema))}
        self._fitting: dict[str, frozenset[str]] = {}

    def check(self, schema: str, given: str) -> None:
        """Raise InvalidInput when an object of the schema cannot be of the type."""
        if schema not in self._fitting:
            self._fitting[schema] = self._own(schema) | self._above(schema)
        if given in self._fitting[schema] or (given and given not in self._everything and not self._strict):
            return
        expected = f"one of {', '.join(sorted(self._own(schema)))}" + (
            "" if self._strict else ", or a type of your own"
        )
        raise InvalidInput(
            f"The @type {given[:100]!r} does not belong to a record of {type_name(schema)}.",
            faults=[Fault("/@type", expected)],
            code=CODE,
        )

    def _own(self, schema: str) -> frozenset[str]:
        """What the schema stands for, and all that extends it."""
        own = {type_name(schema), *self._types(schema)}
        below = {name for contract in self._contracts for one in own for name in contract.types_under(one)}
        return frozenset(type_name(name) for name in own | below)

    def _above(self, schema: str) -> frozenset[str]:
        """All that the schema extends."""
        parents = (contract.ancestors(type_name(schema)) for contract in self._contracts)
        return frozenset(name for one in parents for name in one)
