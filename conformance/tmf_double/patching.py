"""The four PATCH types of the double as functions from a record and a patch to the new record. No HTTP."""

import copy
import re
from typing import Any
from urllib.parse import parse_qsl

from tmf_double import query
from tmf_double.refusal import Refused

Record = dict[str, Any]


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def apply(record: Record, operations: Any) -> Record:
    """RFC 6902, all or nothing, with TM Forum's leniencies (an add at an array appends)."""
    if not isinstance(operations, list) or not all(isinstance(entry, dict) for entry in operations):
        raise Refused(400, "a JSON Patch is an array of operations")
    result = copy.deepcopy(record)
    for entry in operations:
        if not isinstance(entry.get("path"), str) or entry.get("op") not in _OPERATIONS:
            raise Refused(400, "each operation needs `op` and `path`")
        _OPERATIONS[entry["op"]](result, entry)
    return result


def _pointer(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.lstrip("./").split("/")]


def _parent(record: Any, path: str) -> tuple[Any, str]:
    *way, last = _pointer(path)
    for part in way:
        record = _step(record, part, path)
    return record, last


def _step(value: Any, part: str, path: str) -> Any:
    try:
        return value[int(part)] if isinstance(value, list) else value[part]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise Refused(400, f"there is nothing at {path}") from error


def _value(entry: Record) -> Any:
    if "value" not in entry:
        raise Refused(400, "the operation needs a `value`")
    return copy.deepcopy(entry["value"])


def _add(record: Record, entry: Record) -> None:
    parent, last = _parent(record, entry["path"])
    _put(parent, last, _value(entry), entry["path"])


def _put(parent: Any, last: str, value: Any, path: str) -> None:
    if isinstance(parent, list):
        index = len(parent) if last == "-" else _index(last, path)
        if index > len(parent):
            raise Refused(400, f"there is nothing at {path}")
        parent.insert(index, value)
    elif isinstance(parent, dict):
        present = parent.get(last)
        if isinstance(present, list) and not isinstance(value, list):
            present.append(value)
        else:
            parent[last] = value
    else:
        raise Refused(400, f"nothing can be added at {path}")


def _index(text: str, path: str) -> int:
    if not text.isdigit():
        raise Refused(400, f"{text!r} in {path} is no array index")
    return int(text)


def _remove(record: Record, entry: Record) -> None:
    parent, last = _parent(record, entry["path"])
    _step(parent, last, entry["path"])
    del parent[int(last) if isinstance(parent, list) else last]


def _replace(record: Record, entry: Record) -> None:
    parent, last = _parent(record, entry["path"])
    value = _value(entry)
    if isinstance(parent, list):
        _step(parent, last, entry["path"])
        parent[int(last)] = value
    elif isinstance(parent, dict):
        parent[last] = value
    else:
        raise Refused(400, f"there is nothing at {entry['path']}")


def _fetch(record: Record, entry: Record) -> Any:
    if not isinstance(entry.get("from"), str):
        raise Refused(400, "the operation needs `from`")
    parent, last = _parent(record, entry["from"])
    return copy.deepcopy(_step(parent, last, entry["from"]))


def _copy(record: Record, entry: Record) -> None:
    value = _fetch(record, entry)
    parent, last = _parent(record, entry["path"])
    _put(parent, last, value, entry["path"])


def _move(record: Record, entry: Record) -> None:
    value = _fetch(record, entry)
    _remove(record, {"path": entry["from"]})
    parent, last = _parent(record, entry["path"])
    _put(parent, last, value, entry["path"])


def _test(record: Record, entry: Record) -> None:
    parent, last = _parent(record, entry["path"])
    if _step(parent, last, entry["path"]) != entry.get("value"):
        raise Refused(409, f"the value at {entry['path']} is not the tested one")


_OPERATIONS = {"add": _add, "remove": _remove, "replace": _replace, "move": _move, "copy": _copy, "test": _test}
_QUERY = re.compile(r"^/?([\w@/]+)\?(.+)$")
_JSONPATH = re.compile(r"^\$?\.?/?([\w@.]+)\[\?\(@\.([\w@.]+)\s*==\s*'([^']*)'\)\](?:[./](.+))?$")


def apply_query(record: Record, operations: Any) -> Record:
    """TMF630 P5: paths that pick array elements by a query, turned into plain JSON Patch paths."""
    if not isinstance(operations, list):
        raise Refused(400, "a JSON Patch is an array of operations")
    result = record
    for entry in operations:
        if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
            raise Refused(400, "each operation needs `op` and `path`")
        for path in _resolve(result, entry["path"]):
            result = apply(result, [_merged(result, {**entry, "path": path}, path != entry["path"])])
    return result


def _merged(record: Record, entry: Record, picked: bool) -> Record:
    """`replace` with an object on a picked element merges."""
    if not picked or entry.get("op") != "replace" or not isinstance(entry.get("value"), dict):
        return entry
    parent, last = _parent(record, entry["path"])
    present = _step(parent, last, entry["path"])
    return {**entry, "value": {**present, **entry["value"]}} if isinstance(present, dict) else entry


def _resolve(record: Record, path: str) -> list[str]:
    if found := _JSONPATH.match(path):
        array, name, wanted, rest = found.groups()
        return _picked(record, array.replace(".", "/"), (name, wanted), (rest or "").replace(".", "/"), path)
    if not (found := _QUERY.match(path)):
        return [path]
    names = found.group(1).split("/")
    name, wanted = parse_qsl(found.group(2), keep_blank_values=True)[0]
    inner = name.removeprefix(names[0] + ".")
    return _picked(record, names[0], (inner, wanted), "/".join(names[1:]), path)


def _picked(record: Record, array: str, test: tuple[str, str], rest: str, path: str) -> list[str]:
    elements: Any = record
    name, wanted = test
    for part in array.split("/"):
        elements = _step(elements, part, path)
    if not isinstance(elements, list):
        raise Refused(400, f"{array} in {path} is no array")
    chosen = [i for i, e in enumerate(elements) if wanted in [str(v) for v in query.values(e, name)]]
    if not chosen:
        raise Refused(400, f"no element of {array} fits {path}")
    # The last first: removing an element must not move those that come after it.
    return [f"/{array}/{i}" + (f"/{rest}" if rest else "") for i in reversed(chosen)]
