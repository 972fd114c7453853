"""Assembles one OpenAPI document and prints it as YAML, the same bytes every time."""

from pathlib import Path
from typing import Any

import yaml

from tmf_server.contracts import yaml12
from tools.contracts.glossary import Glossary, GlossaryError
from tools.contracts.operations import Paths
from tools.contracts.reference import Node, Reference
from tools.contracts.schemas import described
from tools.contracts.words import Words

HEAD = "# Written by tools/contracts from openapi/glossary; edit the words there.\n"


class _Block(yaml.CSafeDumper):
    """Block style without anchors, so that equal parts stand written out."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Block.add_representer(str, _text)


def build(reference: Reference, glossary: Glossary, examples: dict[str, Any]) -> Node:
    """The whole document: facts of the reference, words of the glossary."""
    words = glossary.document(reference.number)
    if words is None:
        raise GlossaryError(f"documents: no entry {reference.number}")
    paths = Paths(reference, glossary, examples)
    node: Node = {
        "openapi": "3.0.3",
        "info": {
            "title": reference.title,
            "version": reference.release,
            "description": _introduction(words, reference.version, glossary),
            "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": f"/tmf-api/{words['path']}/{reference.version}", "description": "This server"}],
        "tags": [{"name": tag, "description": _tag(tag, glossary)} for tag in reference.tags],
        "paths": paths.build(),
    }
    node["components"] = {
        "schemas": described(reference, glossary),
        "parameters": dict(sorted(paths.parameters.items())),
        "headers": dict(sorted(paths.headers.items())),
        "responses": dict(sorted(paths.responses.items())),
    }
    return node


def _introduction(words: Words, version: str, glossary: Glossary) -> str:
    parts = [words["description"], words.get(version, ""), glossary.http("introduction")]
    return "\n\n".join(part.strip() for part in parts if part)


def _tag(tag: str, glossary: Glossary) -> str:
    if tag in glossary.http("tags"):
        return str(glossary.http("tags", tag))
    noun = glossary.noun(tag[0].upper() + tag[1:])
    return noun.word("about") or noun["one"]


def printed(node: Node) -> str:
    """The document as YAML text."""
    return HEAD + yaml.dump(node, Dumper=_Block, sort_keys=False, allow_unicode=True, width=120)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; None where it is missing or empty."""
    return yaml12.load(path) if path.exists() else None
