"""Records written through a path that shows only some types: they are made, and stay, of those. Names no noun."""

from tmf_server.errors import Fault, InvalidInput
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.storage.query.type_scope import belongs


def placed(registry: Registry, exposure: Exposure, document: Document) -> Document:
    """The new record as one that the path shows: a `@type` of the client's own is based on the path's.

    InvalidInput when its types are those of another path.
    """
    if belongs(exposure, document):
        return document
    canonical = registry.canonical(exposure.entity.name)
    others = {canonical.schema, *canonical.contract.subtypes(canonical.schema)} - exposure.types
    if document.get("@type") in others or "@baseType" in document:
        raise _elsewhere(exposure)
    return {**document, "@baseType": exposure.type_name}


def check_place(exposure: Exposure, document: Document) -> None:
    """Raise InvalidInput when the changed record is no longer one that the path shows."""
    if not belongs(exposure, document):
        raise _elsewhere(exposure)


def _elsewhere(exposure: Exposure) -> InvalidInput:
    expected = " or ".join(sorted(exposure.types))
    fault = Fault("/@type", f"expected {expected}, or a type of your own with one of these as @baseType")
    return InvalidInput(f"The @type is none that {exposure.noun} holds.", faults=[fault], code="wrongType")
