"""YAML 1.2, the YAML of OpenAPI: `on` and dates are texts, a doubled key is an error. Knows no document."""

import re
from pathlib import Path
from typing import IO, Any

import yaml

TAG = "tag:yaml.org,2002:"
CORE = (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("merge", r"<<", "<"),  # not in the core schema, but used in documents
)
"""Plain scalars with a type besides text (YAML 1.2, 10.3.2): tag, form, first characters."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # known at run time
    """The safe loader with the scalars of YAML 1.2 and unique keys."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012  # replaces the inherited YAML 1.1 table

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        known = set()
        for key, _ in node.value:
            if (key.tag, str(key.value)) in known:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} is doubled", key.start_mark)
            known.add((key.tag, str(key.value)))
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def _integer(_loader: _Loader, node: yaml.ScalarNode) -> int:
    base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
    return int(node.value if base == 10 else node.value[2:], base)


for _name, _form, _first in CORE:
    _Loader.add_implicit_resolver(TAG + _name, re.compile(f"(?:{_form})$"), [one.strip("\0") for one in _first])
_Loader.add_constructor(TAG + "int", _integer)


def load(path: Path) -> Any:
    """The content of a YAML file. Raises OSError, or yaml.YAMLError naming file, line and column."""
    with path.open(encoding="utf-8") as stream:
        return parse(stream)


def parse(source: str | bytes | IO[str]) -> Any:
    """The content of YAML text. Raises yaml.YAMLError naming line and column."""
    return yaml.load(source, _Loader)  # noqa: S506  # a safe loader
