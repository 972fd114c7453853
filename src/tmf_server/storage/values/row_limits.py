"""Limits of ids and arrays in the rows of references and characteristics. Pure; runs no SQL."""

from collections.abc import Iterable
from hashlib import sha256

from tmf_server.errors import Fault, InvalidInput
from tmf_server.registry.entity import Document, Entity
from tmf_server.storage.values.extract import Reference, value_at

LONGEST_ID = 1024
"""Characters of the id in a reference."""

MOST_ELEMENTS = 2**15
"""Elements of an array of references or characteristics: a row has the place of the element as a small integer."""

WIDEST_ID = 1024
"""Bytes up to which rows have the whole id; an index of PostgreSQL takes 2,700 for id and kind together."""

KEPT_OF_ID = 128


def row_id(id_: str) -> str:
    """Return the id for rows: of an id too long for an index, the beginning and the digest."""
    if len(id_) * 4 <= WIDEST_ID or len(encoded := id_.encode()) <= WIDEST_ID:
        return id_
    return f"{id_[:KEPT_OF_ID]}\x01{sha256(encoded).hexdigest()}"


def check_rows(entity: Entity, document: Document, references: Iterable[Reference]) -> None:
    """Raise InvalidInput naming the references and characteristics beyond the limits of rows."""
    faults: list[Fault] = []
    many = f"expected an array of at most {MOST_ELEMENTS} elements"
    for one in references:
        if len(one.id) > LONGEST_ID:
            faults.append(Fault(f"{one.pointer}/id", f"expected at most {LONGEST_ID} characters, not {len(one.id)}"))
        if one.position >= MOST_ELEMENTS:
            faults.append(Fault(one.pointer, many))
    for path in {one.path for one in entity.storage.characteristics}:
        elements = value_at(document, path)
        if isinstance(elements, list) and len(elements) > MOST_ELEMENTS:
            faults.append(Fault(f"/{'/'.join(path)}", many))
    if faults:
        raise InvalidInput("An id is longer than one may be, or an array has too many elements.", faults=faults)
