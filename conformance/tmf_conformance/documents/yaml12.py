"""YAML 1.2, the YAML of OpenAPI: `on`, `no`, dates and `1:30` are texts. Knows no document."""

import re
from typing import Any

import yaml

_SCALARS = (
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("bool", r"true|True|TRUE|false|False|FALSE", tuple("tTfF")),
    ("int", r"[-+]?[0-9]+", tuple("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", tuple("-+.0123456789")),
    ("merge", r"<<", ("<",)),
)
"""Scalars without quotes that are no texts (YAML 1.2, 10.3.2): tag, form, first characters."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # known at run time
    """The safe loader with the scalars of YAML 1.2 in place of YAML 1.1."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012  # replaces the inherited table


def _decimal(_loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(node.value)  # a leading zero means octal in YAML 1.1 only


for _name, _form, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_form})$"), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", _decimal)


def parse(text: str) -> Any:
    """Return the content of YAML text. Raises yaml.YAMLError."""
    return yaml.load(text, _Loader)  # noqa: S506  # a safe loader
