"""The verbs of hubs and listeners (TMF630 part 1, 6). Names no noun."""

import orjson

from tmf_server.events import received
from tmf_server.events.subscriptions import Subscription
from tmf_server.registry.entity import Document
from tmf_server.rest.http.messages import Request, Response
from tmf_server.rest.query.event_filter import event_matcher


def subscribe(request: Request) -> Response:
    """201 with the subscription; from now on its callback gets the events of this document."""
    contract = request.endpoint.contract
    services = request.services
    event_matcher(services.registry, services.settings, contract.api, contract.version, request.body.get("query") or "")
    made = request.services.subscriptions.create(contract.api, contract.version, request.body, request.origin)
    url = f"{request.url}/{made.id}"
    return Response(201, orjson.dumps(_shown(request, made)), [("Location", url)])


def retrieve_subscription(request: Request) -> Response:
    """200 with one subscription."""
    contract = request.endpoint.contract
    found = request.services.subscriptions.find(contract.api, contract.version, request.path_id)
    return Response(200, orjson.dumps(_shown(request, found)))


def list_subscriptions(request: Request) -> Response:
    """200 with every subscription of this hub."""
    contract = request.endpoint.contract
    found = request.services.subscriptions.all(contract.api, contract.version)
    return Response(200, orjson.dumps([_shown(request, one) for one in found]))


def unsubscribe(request: Request) -> Response:
    """204; no delivery begins after it."""
    contract = request.endpoint.contract
    request.services.subscriptions.remove(contract.api, contract.version, request.path_id)
    return Response(204)


def listen(request: Request) -> Response:
    """What a subscriber answers: the event is kept, so that two of these servers can be chained.

    v4 documents answer a notification with a subscription: its callback is the listener, its id that of what was kept.
    """
    contract = request.endpoint.contract
    operation = request.operation
    event_type = request.body.get("eventType") or operation.path.rsplit("/", 1)[-1]
    number = received.store(request.services.database, contract.api, contract.version, event_type, request.body)
    if operation.success == 204:
        return Response(204)
    return Response(operation.success, orjson.dumps({"id": str(number), "callback": request.url}))


def _shown(request: Request, made: Subscription) -> Document:
    shown = {"id": made.id, "callback": made.callback, "query": made.query}
    extra = {name: value for name, value in made.document.items() if name not in shown}
    properties = request.endpoint.contract.properties(request.operation.response_schema or "")
    if "href" in properties:
        extra = {"href": f"{request.url.removesuffix('/' + made.id)}/{made.id}", **extra}
    return {name: value for name, value in (shown | extra).items() if value is not None}
