"""The operations of a JSON Patch, checked before any of them is applied (RFC 6902, 4). Pure; sees no document."""

from dataclasses import dataclass
from typing import Any, NoReturn

from tmf_server.errors import Conflict, Fault, InvalidInput
from tmf_server.rest.body.strictjson import RESERVED
from tmf_server.rest.patching.paths import BadPathError, Path, Query, parse_path

CODE = "invalidPatch"
CONFLICT = "patchConflict"
MOST_OPERATIONS = 1000
LONGEST_PATHS = 64_000
"""Characters of all paths that may be queries, which take long to read."""
NEEDS: dict[str, tuple[str, ...]] = {
    "add": ("value",),
    "replace": ("value",),
    "test": ("value",),
    "remove": (),
    "move": ("from",),
    "copy": ("from",),
}


@dataclass(frozen=True)
class Operation:
    """One checked operation: what to do, where, with which value or taken from where."""

    number: int
    op: str
    path: Path
    value: Any = None
    source: Path = ()


def parse_operations(patch: Any, *, queries: bool) -> list[Operation]:
    """The operations of a patch; with `queries`, paths may pick elements. Raises InvalidInput naming the operation."""
    if not isinstance(patch, list):
        raise InvalidInput("A JSON Patch is an array of operations.", code=CODE)
    if len(patch) > MOST_OPERATIONS:
        raise InvalidInput(f"A JSON Patch has at most {MOST_OPERATIONS} operations; send several.", code=CODE)
    if queries and sum(map(_written, patch)) > LONGEST_PATHS:
        raise InvalidInput(
            f"The paths of a JSON Patch Query have at most {LONGEST_PATHS} characters in all; send several.", code=CODE
        )
    return [_parsed(number, given, queries=queries) for number, given in enumerate(patch)]


def _written(given: Any) -> int:
    """How many characters the paths of an operation have."""
    paths = (given.get("path"), given.get("from")) if isinstance(given, dict) else ()
    return sum(len(path) for path in paths if isinstance(path, str))


def _parsed(number: int, given: Any, *, queries: bool) -> Operation:
    if not isinstance(given, dict):
        refuse(number, "", "an object with op and path")
    op = given.get("op")
    if not isinstance(op, str) or op not in NEEDS:
        refuse(number, "op", f"one of {', '.join(NEEDS)}")
    for name in NEEDS[op]:
        if name not in given:
            refuse(number, name, f"a value; {op} needs it")
    source = _path(number, "from", given["from"], queries=queries) if "from" in NEEDS[op] else ()
    path = _path(number, "path", given.get("path"), queries=queries)
    return Operation(number, op, path, given.get("value"), source)


def _path(number: int, name: str, given: Any, *, queries: bool) -> Path:
    if not isinstance(given, str):
        refuse(number, name, "a JSON pointer, such as /validFor/endDateTime")
    try:
        path = parse_path(given, queries=queries)
    except BadPathError as error:
        refuse(number, name, str(error))
    steps = path.steps if isinstance(path, Query) else path
    if any(isinstance(step, str) and step.startswith(RESERVED) for step in steps):
        refuse(number, name, "names that do not start with U+0001")
    return path


def refuse(number: int, name: str, expected: str) -> NoReturn:
    """Say what is wrong with an operation, whatever the record."""
    fault = Fault(f"/{number}/{name}" if name else f"/{number}", expected)
    raise InvalidInput(
        f"Operation {number} of the patch cannot be taken; mend what the message names.", faults=[fault], code=CODE
    )


def conflict(operation: Operation, why: str) -> NoReturn:
    """Say why an operation that is right in itself cannot be done."""
    raise Conflict(
        f"Operation {operation.number} of the patch ({operation.op}) does not fit the record as it is: {why}.",
        code=CONFLICT,
        message=f"/{operation.number}/path",
    )
