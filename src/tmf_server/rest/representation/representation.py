"""A stored record as the client gets it: bytes, entity tag, headers. No SQL."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

import orjson

from tmf_server.errors import InvalidInput, PreconditionFailed
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.rest.http.messages import Request, Response, warning
from tmf_server.rest.query.fields import FieldTree, parse_fields, select_fields
from tmf_server.rest.representation.links import Links, collection_url
from tmf_server.storage.write.records import Stored

RESIDUE = '"\\u0001v4":'


def entity_tag(stored: Stored) -> str:
    """The strong tag of one state of one record."""
    return f'"{stored.revision}-{stored.updated:x}"'


def shown_bytes(request: Request, stored: Stored, fields: FieldTree | None = None) -> bytes:
    """The record as the request's version shows it, links absolute, narrowed to the fields asked for."""
    exposure, services = request.exposure, request.services
    if fields is None:
        return services.shown.text(exposure, stored, request.origin)
    shown = orjson.loads(services.shown.text(exposure, stored, request.origin))
    return orjson.dumps(select_fields(shown, fields, exposure.contract.version))


def shown_text(links: Links, exposure: Exposure, document: str, origin: str) -> bytes:
    """The canonical text as the exposure shows all of it to readers at the origin.

    It is passed through untouched when the version is the stored one.
    """
    if exposure.v5 and RESIDUE not in document:
        return links.of_record(document.encode(), exposure, origin)
    return links.of_record(orjson.dumps(exposure.view.show(orjson.loads(document))), exposure, origin)


def shown_array(request: Request, records: Sequence[Stored], fields: FieldTree | None) -> bytes:
    """The records as one JSON array, as the version shows them."""
    if fields is None:
        texts = request.services.shown.texts(request.exposure, records, request.origin)
    else:
        texts = [shown_bytes(request, one, fields) for one in records]
    return b"[" + b",".join(texts) + b"]"


def identity_array(request: Request, records: Sequence[Stored]) -> bytes:
    """The records of a brief page as one JSON array, each with no more than an answer always has."""
    url = collection_url(request.exposure, request.origin)
    if request.exposure.v5:
        return orjson.dumps([{"id": one.id, "href": f"{url}/{one.id}", "@type": one.document} for one in records])
    return orjson.dumps([{"id": one.id, "href": f"{url}/{one.id}"} for one in records])


def rendered(links: Links, exposure: Exposure, document: str, origin: str) -> Document:
    """The record of a canonical text as the exposure shows it to readers at the origin."""
    shown = exposure.view.show(orjson.loads(document))
    result: Document = orjson.loads(links.of_record(orjson.dumps(shown), exposure, origin))
    return result


def shown_document(request: Request, document: str) -> tuple[Document, Document]:
    """The canonical document and what the version shows of it, both with absolute links."""
    text = request.services.links.absolute(document.encode(), request.origin, request.exposure.contract.version)
    canonical: Document = orjson.loads(text)
    return canonical, request.exposure.view.show(canonical)


def record_response(request: Request, stored: Stored, *, status: int = 200) -> Response:
    """One record with its entity tag, its Location when it is new, and by setting what it refers to and is not here."""
    headers = stored_headers(stored)
    if status == 201:
        headers.append(("Location", record_url(request, stored.id)))
    if request.reference_policy == "warn":
        absent = request.services.records.absent(request.exposure.entity, stored)
        headers += [warning("not here", absent)] if absent else []
    return Response(status, shown_bytes(request, stored, asked_fields(request)), headers)


def stored_headers(stored: Stored) -> list[tuple[str, str]]:
    """The headers that tell the state of a record."""
    return [("ETag", entity_tag(stored))]


def record_url(request: Request, id_: str) -> str:
    """The absolute URL of a record as this request's version calls it."""
    return f"{collection_url(request.exposure, request.origin)}/{id_}"


def asked_fields(request: Request) -> FieldTree | None:
    """The parsed `fields` parameter of an operation on one record; None when it is not there."""
    values = parameters(request, "fields").get("fields")
    return None if values is None else parse_fields(values, request.exposure)


def parameters(request: Request, *known: str) -> dict[str, list[str]]:
    """The values of each query parameter; InvalidInput names one that is not known here."""
    found: dict[str, list[str]] = {}
    if not request.query:
        return found
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        if name not in known:
            raise InvalidInput(
                f"The parameter {name[:80]!r} is not known here. Known: {', '.join(known) or 'none'}.",
                code="unknownParameter",
            )
        found.setdefault(name, []).append(value)
    return found


def check_if_match(request: Request, stored: Stored) -> None:
    """Raise PreconditionFailed when If-Match names another state of the record than the present one."""
    header = request.headers.get("if-match")
    if header is None or header.strip() == "*":
        return
    if entity_tag(stored) not in _tags(header):
        raise PreconditionFailed(
            "The record has changed since you read it. Read it again and repeat the change on what it is now.",
            message=f"If-Match: the present entity tag is {entity_tag(stored)}",
        )


def not_modified(request: Request, stored: Stored) -> bool:
    """True when If-None-Match names the present state of the record."""
    header = request.headers.get("if-none-match")
    if header is None:
        return False
    tags = {tag.removeprefix("W/") for tag in _tags(header)}
    return header.strip() == "*" or entity_tag(stored) in tags


def _tags(header: str) -> list[str]:
    tags = [tag.strip() for tag in header.split(",")]
    if any(not tag.removeprefix("W/").startswith('"') and tag != "*" for tag in tags):
        raise InvalidInput('An entity tag is written in double quotes, as in ETag: "1-5f3a".')
    return tags
