"""The `@referredType` that v4 demands of a reference, where v5 does without. Pure; names no noun."""

from tmf_server.registry.entity import Document
from tmf_server.rest.versions.rules import Group

NAME = "@referredType"


def _show(part: Document) -> Document:
    """The name that the reference has, else what its `@type` says: a PartyRef refers to a Party."""
    if NAME in part:
        return {NAME: part[NAME]}
    type_name = part.get("@type")
    return {NAME: type_name.removesuffix("Ref")} if isinstance(type_name, str) else {}


def _store(shown: Document, part: Document) -> Document:
    """The name that a client gives; not one that it was shown for what v5 does not say."""
    if NAME not in part and shown == _show(part):
        return {}
    return shown


REFERRED = Group(
    shown={NAME: None},
    stored=frozenset({NAME, "@type"}),
    get=_show,
    put=_store,
    paths={(NAME,): (NAME,)},
)
