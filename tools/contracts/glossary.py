"""The words: reads openapi/glossary and says what a schema, attribute or noun means. Knows no document's structure."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tmf_server.contracts import yaml12
from tools.contracts.words import Place, Words, places

VARIANTS = {
    "_FVO": "create",
    "_Create": "create",
    "_MVO": "update",
    "_Update": "update",
}
SECTIONS = ("attributes", "schemas", "nouns", "documents", "http", "events")


class GlossaryError(Exception):
    """The glossary contradicts itself, misses words or keeps words that nothing uses; each line names one."""


def base_of(schema: str) -> tuple[str, str | None]:
    """`Category_FVO` → (`Category`, `create`); a schema without such an ending keeps its name."""
    for ending, use in VARIANTS.items():
        if schema.endswith(ending):
            return schema.removesuffix(ending), use
    return schema, None


class Noun:
    """The words for one noun, its own before those of the noun that it is `like`. Fills in a sentence by format_map."""

    def __init__(self, name: str, entries: list[Words]) -> None:
        self.name = name
        self.entries = entries

    def __getitem__(self, key: str) -> str:
        """`one`, `many`, `about`, `name`, and `a`: the singular with its article. KeyError for another."""
        if key == "a":
            return f"{self.word('article') or ('an' if self['one'][0] in 'aeiou' else 'a')} {self['one']}"
        derived = {"name": self.name} if key == "name" else {}
        found = derived.get(key) or self.word(key) or (f"{self['one']}s" if key == "many" else None)
        if found is None:
            raise KeyError(key)
        return found

    def word(self, *keys: str) -> str | None:
        """A word that need not be there, such as `on` and a verb: what is special about that operation."""
        return next((str(found) for entry in self.entries if (found := entry.find(*keys)) is not None), None)


class Glossary:
    """Look-ups note what was asked: `missing` are names without words, `unused()` words without a name."""

    def __init__(self, content: dict[str, dict[str, Any]]) -> None:
        self.missing: set[str] = set()
        self._used: set[Place] = set()
        self._places = set(places(content))
        self.words = Words({section: content.get(section) or {} for section in SECTIONS}, self._used)

    def document(self, number: str) -> Words | None:
        """What an API is about and where it is served; None for one that is not ours."""
        found: Words | None = self.words.find("documents", number)
        return found

    def schema(self, name: str, document: str) -> str:
        """What a schema is. `document` is v5/TMF620; `Name@v5/TMF620` and `Name@v5` come before `Name`."""
        base, use = base_of(name)
        text = self._from_schema(base, document, "description") or self._event(base, "description")
        if text is None:
            self.missing.add(f"schema {base} ({document})")
            return base
        return f"{text} {self.http('variants', use)}" if use else str(text)

    def attribute(self, schema: str, name: str, document: str) -> str:
        """What an attribute means in a schema: the schema's own word, then a pattern's, then the common one."""
        base, _ = base_of(schema)
        found = self._from_schema(base, document, "attributes", name) or self._event(base, "attributes", name)
        found = found or self._common(name, document)
        if found is None:
            self.missing.add(f"attribute {base}.{name} ({document})")
            return name
        return str(found)

    def _common(self, name: str, document: str) -> Any:
        version = document.split("/", maxsplit=1)[0]
        names = (f"{name}@{document}", f"{name}@{version}", name)
        return next((found for one in names if (found := self.words.find("attributes", one)) is not None), None)

    def _from_schema(self, base: str, document: str, *keys: str) -> Any:
        version = document.split("/", maxsplit=1)[0]
        patterns = [key for key in self.words["schemas"] if "*" in key and fnmatchcase(base, key)]
        for start in (f"{base}@{document}", f"{base}@{version}", base, *patterns):
            for words in self._chain("schemas", start):
                for key in (f"{keys[-1]}@{version}", keys[-1]):
                    found = words.find(*keys[:-1], key)
                    if found is not None:
                        return found
        return None

    def _chain(self, section: str, name: str | None) -> Iterator[Words]:
        """An entry and, for what it does not say itself, the one that it is `like`."""
        entries = self.words[section]
        while name in entries:
            yield entries[name]
            name = entries[name].get("like")

    def _event(self, base: str, *keys: str) -> str | None:
        """Events have no entries of their own: `<Noun><Kind>` is worded from the noun and the kind of event."""
        for kind, words in self.words["events"].items():
            match = re.fullmatch(rf"(?P<noun>\w+?){kind}(?P<part>Payload)?", base)
            if match:
                told = words["payload" if match["part"] else "event"]
                found = told.find(*keys) or told.find(*keys[:-1], "*")
                return str(found).format_map(self.noun(match["noun"])) if found else None
        return None

    def noun(self, name: str) -> Noun:
        """The words for a noun, such as ProductOffering; its name alone when there are none."""
        entries = list(self._chain("nouns", name))
        if not entries:
            self.missing.add(f"noun {name}")
            entries = [Words({"one": name}, set())]
        return Noun(name, entries)

    def http(self, *keys: str) -> Any:
        """An entry of the section `http`, by its path of keys; GlossaryError when there is none."""
        found = self.words.find("http", *keys)
        if found is None:
            raise GlossaryError(f"http: no entry {'.'.join(keys)}")
        return found

    def answer(self, code: str, kind: str) -> str:
        """The name of the answer that a status code means, in general or for one kind of operation."""
        special = f"{code} {kind}"
        return str(self.http("codes", special if special in self.http("codes") else code))

    def unused(self) -> list[str]:
        """The words that no look-up has read, each by its section and its keys."""
        return sorted(f"{section}: {'.'.join(keys)}" for section, *keys in self._places - self._used)


def read(folder: Path) -> Glossary:
    """All `*.yaml` of a folder as one glossary; the same entry in two files is a GlossaryError."""
    content: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for section, entries in (yaml12.load(path) or {}).items():
            known = content.setdefault(section, {})
            doubled = known.keys() & entries.keys()
            if section not in SECTIONS or doubled:
                raise GlossaryError(f"{path.name}: {section}: {', '.join(sorted(doubled)) or 'no such section'}")
            known.update(entries)
    return Glossary(content)
