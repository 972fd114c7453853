"""The words: reads openapi/glossary and says what a schema, attribute or noun means. Knows no document's structure."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

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


class Glossary:
    """Look-ups note what was asked: `missing` are names without words, `unused()` words without a name."""

    def __init__(self, content: dict[str, dict[str, Any]]) -> None:
        self.content = {section: content.get(section) or {} for section in SECTIONS}
        self.missing: set[str] = set()
        self._used: set[str] = set()

    def entry(self, section: str, *names: str) -> Any:
        """The first entry that exists, or None."""
        for name in names:
            if name in self.content[section]:
                self._used.add(f"{section}: {name}")
                return self.content[section][name]
        return None

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
        if found is None:
            version = document.split("/", maxsplit=1)[0]
            found = self.entry("attributes", f"{name}@{document}", f"{name}@{version}", name)
        if found is None:
            self.missing.add(f"attribute {base}.{name} ({document})")
            return name
        return str(found)

    def _from_schema(self, base: str, document: str, *keys: str) -> Any:
        version = document.split("/", maxsplit=1)[0]
        patterns = [key for key in self.content["schemas"] if "*" in key and fnmatchcase(base, key)]
        for start in (f"{base}@{document}", f"{base}@{version}", base, *patterns):
            for name, words in self._chain("schemas", start):
                for key in (f"{keys[-1]}@{version}", keys[-1]):
                    found = _dig(words, (*keys[:-1], key))
                    if found is not None:
                        self._used.add(f"schemas: {name}" + (f".{key}" if len(keys) > 1 else ""))
                        return found
        return None

    def _chain(self, section: str, name: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
        """An entry and, for what it does not say itself, the one that it is `like`."""
        while name in self.content[section]:
            yield name, self.content[section][name]
            name = self.content[section][name].get("like")

    def _event(self, base: str, *keys: str) -> str | None:
        """Events have no entries of their own: `<Noun><Kind>` is worded from the noun and the kind of event."""
        for kind, words in self.content["events"].items():
            match = re.fullmatch(rf"(?P<noun>\w+?){kind}(?P<part>Payload)?", base)
            if match:
                told = words["payload" if match["part"] else "event"]
                found = _dig(told, keys) or _dig(told, (*keys[:-1], "*"))
                self._used.add(f"events: {kind}")
                return str(found).format(**self.noun(match["noun"])) if found else None
        return None

    def noun(self, name: str) -> dict[str, Any]:
        """A noun: `one`, `many`, `a` (with its article) and, by verb, `called` (summaries) and `on` (more words)."""
        words: dict[str, Any] = {}
        for entry, own in self._chain("nouns", name):
            self._used.add(f"nouns: {entry}")
            words = own | words
        if not words:
            self.missing.add(f"noun {name}")
            words = {"one": name}
        one = words["one"]
        article = words.get("article", "an" if one[0] in "aeiou" else "a")
        return {"many": f"{one}s", "on": {}, **words, "a": f"{article} {one}", "name": name}

    def http(self, *keys: str) -> Any:
        """An entry of the section `http`, by its path of keys; GlossaryError when there is none."""
        found = _dig(self.content["http"], keys)
        if found is None:
            raise GlossaryError(f"http: no entry {'.'.join(keys)}")
        self._used.add(f"http: {'.'.join(keys[:2])}")
        return found

    def answer(self, code: str, kind: str) -> str:
        """The name of the answer that a status code means, in general or for one kind of operation."""
        special = f"{code} {kind}"
        return str(self.http("codes", special if special in self.content["http"]["codes"] else code))

    def unused(self) -> list[str]:
        """Entries that no look-up has touched."""
        return sorted(set(self._entries()) - self._used)

    def _entries(self) -> Iterator[str]:
        for section in ("attributes", "nouns", "events"):
            yield from (f"{section}: {name}" for name in self.content[section])
        for name, words in self.content["schemas"].items():
            if "description" in words:
                yield f"schemas: {name}"
            yield from (f"schemas: {name}.{attribute}" for attribute in words.get("attributes", {}))
        for name, words in self.content["http"].items():
            yield from (f"http: {name}.{key}" for key in words) if isinstance(words, dict) else (f"http: {name}",)


def _dig(node: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if not isinstance(node, dict) or key not in node:
            return None
        node = node[key]
    return node


def read(folder: Path) -> Glossary:
    """All `*.yaml` of a folder as one glossary; the same entry in two files is a GlossaryError."""
    content: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for section, entries in (yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}).items():
            known = content.setdefault(section, {})
            doubled = known.keys() & entries.keys()
            if section not in SECTIONS or doubled:
                raise GlossaryError(f"{path.name}: {section}: {', '.join(sorted(doubled)) or 'no such section'}")
            known.update(entries)
    return Glossary(content)
