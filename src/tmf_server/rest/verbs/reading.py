"""The verbs that read: retrieve and list (TMF630 part 1, 4). Names no noun."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.rest.http.messages import Request, Response
from tmf_server.rest.query.fields import only_identity, select_fields
from tmf_server.rest.query.query import Query, parse_query, parse_shape
from tmf_server.rest.representation.expansion import expanded
from tmf_server.rest.representation.paging import page_headers
from tmf_server.rest.representation.representation import (
    entity_tag,
    identity_array,
    not_modified,
    rendered,
    shown_array,
    shown_bytes,
    stored_headers,
)
from tmf_server.rest.verbs.writing import no_such_record
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.query.conditions import And, Condition, Selection, conjuncts
from tmf_server.storage.query.select import Page
from tmf_server.storage.query.type_scope import narrowing, shows
from tmf_server.storage.write.records import Stored


def retrieve(request: Request) -> Response:
    """200 with one record, or 304 when the client has it as it is."""
    services = request.services
    with services.database.read() as connection:
        stored = services.records.load(connection, request.exposure.entity, request.path_id)
    if stored is None or not shows(request.exposure, stored):
        raise no_such_record(request)
    if not_modified(request, stored):
        return Response(304, headers=[("ETag", entity_tag(stored))])
    if not request.query:
        return Response(200, shown_bytes(request, stored), stored_headers(stored))
    return _shaped(request, stored)


def _shaped(request: Request, stored: Stored) -> Response:
    """The record with `depth` and `expand` carried out, then narrowed to `fields`."""
    query = parse_shape(request.query, request.exposure, request.services.settings)
    if not (query.depth or query.expand):
        return Response(200, shown_bytes(request, stored, query.fields), stored_headers(stored))
    return Response(200, orjson.dumps(_expanded(request, query, [stored])[0]), stored_headers(stored))


def _expanded(request: Request, query: Query, records: Sequence[Stored]) -> list[Document]:
    links = request.services.links
    documents = [rendered(links, request.exposure, one.document, request.origin) for one in records]
    documents = expanded(request, documents, depth=query.depth, paths=query.expand)
    if query.fields is None:
        return documents
    return [select_fields(one, query.fields, request.exposure.contract.version) for one in documents]


def list_records(request: Request) -> Response:
    """200 with a page of records and how to get to its neighbours."""
    services, exposure = request.services, request.exposure
    query = parse_query(request.query, exposure, services.settings)
    selection = replace(_narrowed(query.selection, exposure), brief=_is_brief(query, exposure))
    with services.database.read() as connection:
        found = services.selector.query(connection, exposure.entity, selection.where)
        page = found.page(selection)
        total = _total(request, connection, selection.where)
    if total is None:
        total = services.database.count_within(found.count_statement(), services.settings.database.count_seconds)
    return Response(200, _page_body(request, query, page), page_headers(request, selection, page, total))


def _narrowed(selection: Selection, exposure: Exposure) -> Selection:
    """The selection among the records that this path shows."""
    narrow = narrowing(exposure)
    return selection if narrow is None else replace(selection, where=And((narrow, *conjuncts(selection.where))))


def _total(request: Request, connection: Connection, where: Condition | None) -> int | None:
    """The number of all records where it is kept; None where it has to be counted."""
    if where is not None:
        return None
    return request.services.records.rows.total(connection, request.exposure.entity.name)


def _is_brief(query: Query, exposure: Exposure) -> bool:
    """True when the answer shows of each record no more than its columns have."""
    return only_identity(query.fields, exposure.contract.version) and not (query.depth or query.expand)


def _page_body(request: Request, query: Query, page: Page) -> bytes:
    if _is_brief(query, request.exposure):
        return identity_array(request, page.rows)
    if not (query.depth or query.expand):
        return shown_array(request, page.rows, query.fields)
    return orjson.dumps(_expanded(request, query, page.rows))
