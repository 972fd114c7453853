"""The paths that somebody may have meant who asked for one that is not there. Names no noun."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

MOST = 3
LONGEST = 60  # characters of a name that are compared
EVERYWHERE = frozenset({"hub", "listener"})  # in every document, so a path without its base says nothing


def nearest(path: str, nouns: Mapping[str, Collection[str]]) -> list[str]:
    """At most three paths with a noun like that of `path`; `nouns` are the first segments below each base path.

    Where the path has the base of a document, its nouns alone are compared; else those of all documents.
    """
    parts = path.split("/")
    places = [place for place in (-1, -2) if len(parts) > -place]  # of the noun: at the end, or before an id
    for place in places:
        base = "/".join(parts[:place])
        if base in nouns:
            return ["/".join((base, noun, *parts[place:][1:])) for noun in _like(parts[place], nouns[base], 0.6)]
    return [found for place in places for found in _anywhere(parts[place], nouns)][:MOST]


def _anywhere(name: str, nouns: Mapping[str, Collection[str]]) -> Iterator[str]:
    for base, names in nouns.items():
        yield from (f"{base}/{noun}" for noun in _like(name, set(names) - EVERYWHERE, 0.8)[:1])


def _like(name: str, names: Collection[str], least: float) -> list[str]:
    written = {one.casefold(): one for one in sorted(names)}
    return [written[one] for one in get_close_matches(name[:LONGEST].casefold(), written, MOST, least)]
