"""What a change of a record may not change, and where its schema has arrays. Pure; names no noun."""

from typing import Any

from tmf_server.contracts.contract import Contract
from tmf_server.contracts.operations import Operation
from tmf_server.errors import Fault, InvalidInput
from tmf_server.registry.exposure import Exposure
from tmf_server.rest.body.jsonvalues import json_equal
from tmf_server.rest.patching.jsonpatch import IsArray
from tmf_server.rules.instants import parse_instant

Document = dict[str, Any]

FREE = frozenset({"href"})  # the server sets it on every write


def change_schema(exposure: Exposure, operation: Operation) -> str:
    """The schema of what an operation may change: that of its first media type, the others carry operations."""
    return next(iter(operation.request_schemas.values())) or exposure.schema


def check_result(contract: Contract, base_schema: str, update_schema: str, before: Document, after: Document) -> None:
    """Raise InvalidInput when an attribute has changed that the update schema leaves out, or the id has.

    `base_schema` says what a record has (Category), `update_schema` what may change (Category_MVO, Category_Update);
    an attribute of neither is an extension and free. Sent with the value that it has, an attribute is no error. What
    the update schema requires is checked with the rest of it, by Validators.changed on the result.
    """
    fixed = contract.all_properties(base_schema).keys() - contract.all_properties(update_schema).keys() - FREE | {"id"}
    changed = sorted(name for name in fixed if not _same(before.get(name), after.get(name)))
    if changed:
        faults = [Fault(f"/{name}", "the value that it has; it cannot be changed") for name in changed]
        raise InvalidInput(
            f"The patch changes what cannot be changed: {', '.join(changed)}.", faults=faults, code="unchangeable"
        )


def _same(before: Any, after: Any) -> bool:
    return json_equal(before, after) or _same_instant(before, after)


def _same_instant(before: Any, after: Any) -> bool:
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    try:
        return parse_instant(before) == parse_instant(after)
    except (ValueError, OverflowError):
        return False


def arrays_of(contract: Contract, schema_name: str) -> IsArray:
    """Whether the schema has an array at a path of attributes; for `add` of a first element."""

    def is_array(path: tuple[str, ...]) -> bool:
        if not path:
            return False
        *outer, name = path
        holder = contract.attribute(schema_name, tuple(outer))
        if holder is None or holder.schema is None:
            return False
        declared = contract.all_properties(holder.schema).get(name, {})
        return declared.get("type") == "array"

    return is_array
