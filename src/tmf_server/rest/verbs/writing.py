"""The verbs that change records: create, patch, replace, delete (TMF630 part 1, 5). Names no noun."""

from collections.abc import Callable

from tmf_server.errors import NotFound
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import create_schema
from tmf_server.rest.http.messages import Request, Response
from tmf_server.rest.patching.jsonpatch import Bounds
from tmf_server.rest.patching.patch import read_patch
from tmf_server.rest.patching.updates import arrays_of, change_schema, check_result
from tmf_server.rest.representation.representation import check_if_match, record_response, shown_document
from tmf_server.rest.verbs.idempotency import answer_once
from tmf_server.rest.verbs.type_scope import check_place, placed
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.query.type_scope import shows
from tmf_server.storage.write.records import Stored

KEPT_BY_PUT = ("id", "href", "@type", "@baseType")


def create(request: Request) -> Response:
    """201 with the new record and its Location; the same Idempotency-Key gives the same answer again."""
    services, exposure = request.services, request.exposure
    intake = services.intakes.get(exposure.entity.intake or "")

    def stored(connection: Connection) -> Stored:
        if intake is not None:
            return intake.take(connection, exposure, request.body, request.reference_policy)
        document = placed(services.registry, exposure, exposure.view.accept(request.body))
        made = services.records.create(connection, exposure.entity, [document], policy=request.reference_policy)[0]
        start = services.tasks.get(exposure.entity.task or "")
        if start is None:
            return made
        return start(connection, exposure.entity, made, exposure.contract.name, request.origin)

    return answer_once(request, lambda connection: record_response(request, stored(connection), status=201))


def patch(request: Request) -> Response:
    """200 with the changed record; the patch is applied to the record as this version shows it."""
    limits, contract = request.services.settings.limits, request.exposure.contract
    is_array = arrays_of(contract, change_schema(request.exposure, request.operation))
    bounds = Bounds(limits.max_body_bytes, limits.max_depth)
    return _change(request, read_patch(request.media_type, request.body, is_array=is_array, bounds=bounds))


def replace(request: Request) -> Response:
    """200 with the record after PUT: the body takes the place of all that this version shows."""

    def replaced(shown: Document) -> Document:
        body: Document = request.body
        return {name: shown[name] for name in KEPT_BY_PUT if name in shown} | body

    return _change(request, replaced)


def _change(request: Request, edit: Callable[[Document], Document]) -> Response:
    """200 with the edited record.

    A writer locks others out, on SQLite all of them. So the record is read and edited before, and once more under the
    lock where another writer came between.
    """
    services, entity = request.services, request.exposure.entity
    with services.database.read() as connection:
        read = _found(request, connection)
    prepared = [_edited(request, read, edit)]

    def work(connection: Connection) -> Stored:
        stored = _found(request, connection, lock=True)
        after = prepared.pop() if prepared and stored == read else _edited(request, stored, edit)
        return services.records.update(connection, entity, stored, after, policy=request.reference_policy)

    return record_response(request, services.database.transact(work))


def _edited(request: Request, stored: Stored, edit: Callable[[Document], Document]) -> Document:
    """The canonical document after the edit of what the version shows. Raises what refuses the change."""
    exposure, validators = request.exposure, request.services.validators
    # A change must not make what POST would refuse.
    schemas = (change_schema(exposure, request.operation), create_schema(exposure))
    check_if_match(request, stored)
    canonical, shown = shown_document(request, stored.document)
    edited = edit(shown)
    check_result(exposure.contract, exposure.schema, schemas[0], shown, edited)
    result = validators.changed(exposure.contract, schemas, shown, edited)
    request.unknown = validators.vocabulary.unknown(exposure.contract, exposure.schema, result, shown)
    after = exposure.view.accept(result, canonical)
    check_place(exposure, after)
    return after


def delete(request: Request) -> Response:
    """204; Conflict names the records that still need this one."""
    services = request.services

    def work(connection: Connection) -> None:
        stored = _found(request, connection, lock=True)
        check_if_match(request, stored)
        services.records.delete(connection, request.exposure.entity, stored)

    services.database.transact(work)
    return Response(204)


def _found(request: Request, connection: Connection, *, lock: bool = False) -> Stored:
    stored = request.services.records.load(connection, request.exposure.entity, request.path_id, lock=lock)
    if stored is None or not shows(request.exposure, stored):
        raise no_such_record(request)
    return stored


def no_such_record(request: Request) -> NotFound:
    """What to raise when the path's id is not here."""
    return NotFound(f"There is no {request.exposure.noun} with the id {request.path_id!r}.")
