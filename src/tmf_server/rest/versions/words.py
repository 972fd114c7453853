"""What a name of one version is called in the other: for bodies that are written in the other one's words. Pure."""

from collections.abc import Iterable, Iterator

from tmf_server.contracts.contract import Contract
from tmf_server.rest.versions.mappers import Objects
from tmf_server.rules.canonical import V4_EXTRAS

Pairs = Iterable[tuple[str, str, Objects]]
Words = dict[str, dict[str, str]]
"""By schema: the other version's names and what they are called here, as a dotted path where it lies deeper."""


def words_for(contract: Contract, pairs: Pairs, v4: Contract) -> Words:
    """The words that one of the two documents has for the names of the other one, by the plans of both."""
    found: Words = {}
    for v4_schema, v5_schema, plan in pairs:
        schema = v4_schema if contract is v4 else v5_schema
        known = contract.all_properties(schema)
        for name, path in _named_otherwise(v4, v4_schema, plan):
            theirs, ours = (path[0], name) if contract is v4 else (name, ".".join(path))
            if theirs not in known:
                found.setdefault(schema, {}).setdefault(theirs, ours)
    return found


def _named_otherwise(v4: Contract, schema: str, plan: Objects) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The attributes of v4 that lie elsewhere in v5, with their paths there; an id first, since it says most."""
    for name in sorted(v4.all_properties(schema), key=lambda one: one != "id"):
        path = plan.paths((name,))[0]
        if path[0] != V4_EXTRAS and path != (name,):
            yield name, path
