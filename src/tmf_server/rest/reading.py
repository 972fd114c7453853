"""The verbs that read: retrieve and list (TMF630 part 1, 4). Names no noun."""

import orjson

from tmf_server.errors import InvalidInput
from tmf_server.registry import Exposure
from tmf_server.rest.expansion import expanded
from tmf_server.rest.fields import parse_fields, select_fields
from tmf_server.rest.messages import Request, Response
from tmf_server.rest.representation import entity_tag, not_modified, parameters, rendered, shown_bytes, stored_headers
from tmf_server.rest.writing import no_such_record
from tmf_server.storage.records import Stored


def retrieve(request: Request) -> Response:
    """200 with one record, or 304 when the client has it as it is."""
    services = request.services
    with services.database.read() as connection:
        stored = services.records.load(connection, request.exposure.entity, request.path_id)
    if stored is None or not belongs(request.exposure, stored):
        raise no_such_record(request)
    if not_modified(request, stored):
        return Response(304, headers=[("ETag", entity_tag(stored))])
    if not request.query:
        return Response(200, shown_bytes(request, stored.document), stored_headers(stored))
    return _shaped(request, stored)


def _shaped(request: Request, stored: Stored) -> Response:
    """The record with `depth` and `expand` carried out, then narrowed to `fields`."""
    asked = parameters(request, "fields", "depth", "expand")
    fields = parse_fields(asked["fields"], request.exposure) if "fields" in asked else None
    if "depth" not in asked and "expand" not in asked:
        return Response(200, shown_bytes(request, stored.document, fields), stored_headers(stored))
    document = rendered(request.services.links, request.exposure, stored.document, request.origin)
    paths = [path for value in asked.get("expand", ()) for path in value.split(",") if path]
    document = expanded(request, [document], depth=_depth(asked), paths=paths)[0]
    if fields is not None:
        document = select_fields(document, fields, request.exposure.contract.version)
    return Response(200, orjson.dumps(document), stored_headers(stored))


def _depth(asked: dict[str, list[str]]) -> int:
    text = asked.get("depth", ["0"])[-1]
    if not text.isdecimal() or len(text) > 3:
        raise InvalidInput("depth takes a number from 0.", message="depth: expected a number from 0")
    return int(text)


def belongs(exposure: Exposure, stored: Stored) -> bool:
    """True when the record is one of those that this path shows."""
    return not exposure.types or stored.parsed().get("@type") in exposure.types


def list_records(request: Request) -> Response:
    """200 with a page of records."""
    services, entity = request.services, request.exposure.entity
    with services.database.read() as connection:
        rows = connection.exec_driver_sql(f"SELECT document FROM {entity.table.name} ORDER BY key LIMIT 20").fetchall()
    body = b",".join(shown_bytes(request, row[0]) for row in rows)
    count = str(len(rows))
    return Response(200, b"[" + body + b"]", [("X-Total-Count", count), ("X-Result-Count", count)])
