"""The tables of the documentation that are made from the code: python -m tools.tables [--check]. Writes Markdown."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from tmf_server.apis.families import APIS
from tmf_server.config import declared
from tmf_server.contracts.loading import load_contracts
from tmf_server.demo.documents import DOCUMENTS
from tmf_server.registry.entity import Document
from tmf_server.resources import openapi_dir
from tmf_server.rules.diagram import mermaid
from tmf_server.rules.lifecycle import Lifecycle

ROOT = Path(__file__).resolve().parents[1]
# Where the state of a record is; the first there is counts for the demo's table.
STATES = ("lifecycleStatus", "state", "status", "lifecycleState")


def served() -> Iterator[str]:
    """Each API with its mount paths."""
    yield "| API | | paths | also answered at |"
    yield "|---|---|---|---|"
    contracts = load_contracts(openapi_dir(), APIS)
    for number, api in APIS.items():
        mine = [one for one in contracts if one.api == number]
        versions = ", ".join(f"`/{one.version}`" for one in sorted(mine, key=lambda one: one.version))
        aliases = ", ".join(f"`{alias}`" for alias in api.aliases)
        yield f"| {number} | {mine[0].document['info']['title']} | `{api.base_path}` + {versions} | {aliases} |"


def settings() -> Iterator[str]:
    """Each variable with its default and its meaning, by area."""
    for section, group in groupby(declared(), key=lambda one: one.section):
        yield from ("", f"## {section}", "", "| variable | default | |", "|---|---|---|")
        for one in group:
            default, meaning = f"`{one.default}`" if one.default else "", one.meaning.replace("|", "\\|")
            yield f"| `{one.variable}` | {default} | {meaning} |"


def lifecycles() -> Iterator[str]:
    """Each lifecycle as a diagram."""
    owners: dict[tuple[str, int], list[str]] = {}
    machines: dict[tuple[str, int], Lifecycle] = {}
    for api in APIS.values():
        for entity in {one.name: one for one in api.nouns.values()}.values():
            for path, machine in entity.machines:
                key = ".".join((*path, machine.attribute)), id(machine)
                machines[key] = machine
                owners.setdefault(key, []).append(entity.type_name)
    for (attribute, _), machine in machines.items():
        names = ", ".join(dict.fromkeys(owners[attribute, id(machine)]))
        yield from ("", f"## {names}: `{attribute}`", "", "```mermaid", mermaid(machine), "```")


def demo() -> Iterator[str]:
    """How many records of each type the demo has, in which states."""
    yield "| records | | states |"
    yield "|---|---|---|"
    groups: dict[str, list[Document]] = {}
    for document in DOCUMENTS:
        groups.setdefault(document["@type"], []).append(document)
    for type_name, documents in groups.items():
        states = Counter(str(one[name]) for one in documents for name in STATES if name in one)
        told = ", ".join(f"{state} {number}" if len(states) > 1 else state for state, number in states.items())
        yield f"| {type_name} | {len(documents)} | {told} |"


TABLES: dict[tuple[str, str], Callable[[], Iterator[str]]] = {
    ("README.md", "served"): served,
    ("docs/operate/settings.md", "settings"): settings,
    ("docs/guide/lifecycles.md", "lifecycles"): lifecycles,
    ("docs/guide/demo.md", "demo"): demo,
}


def written(file: str, name: str) -> str:
    """The file with the table between its marks made anew. Raises LookupError when the marks are missing."""
    start, end = f"<!-- {name}: made by python -m tools.tables -->", f"<!-- /{name} -->"
    before, mark, rest = (ROOT / file).read_text().partition(start)
    _, other, after = rest.partition(end)
    if not (mark and other):
        raise LookupError(f"{file}: {start} and {end} are to stand around the table")
    return f"{before}{start}\n{chr(10).join(TABLES[file, name]()).strip()}\n{end}{after}"


def main(arguments: list[str]) -> int:
    """Exit 0: written (or, with --check, as they should be); 1: out of date."""
    stale = []
    for file, name in TABLES:
        text = written(file, name)
        if text != (ROOT / file).read_text():
            stale.append(file)
            if "--check" not in arguments:
                (ROOT / file).write_text(text)
    sys.stdout.write("".join(f"{'out of date' if '--check' in arguments else 'written'}: {file}\n" for file in stale))
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
