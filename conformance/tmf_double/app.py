"""The double as an ASGI application: routing, methods, errors of every layer."""

from typing import Any

from tmf_conformance.documents.document import Document, Noun
from tmf_conformance.lifecycles import Lifecycles
from tmf_double.base import ID, PREFIX
from tmf_double.messages import Answer, Request, asgi
from tmf_double.refusal import Refused
from tmf_double.writing import Writing

_COLLECTION = {"GET": "list", "POST": "create"}
_ITEM = {"GET": "retrieve", "PATCH": "patch", "PUT": "put", "DELETE": "delete"}


class Double(Writing):
    """A whole server. `asgi` is its application; it serves under /api."""

    def __init__(self, document: Document, lifecycles: Lifecycles) -> None:
        super().__init__(document, lifecycles)
        self.asgi = asgi(self.handle, PREFIX)

    async def handle(self, request: Request) -> Answer:
        try:
            return self.route(request)
        except Refused as refusal:
            return self.refuse(refusal)
        except Exception as error:  # noqa: BLE001  the outermost net of a server; the suite must see a 500
            return self.refuse(Refused(500, f"internal error: {type(error).__name__}"))

    def route(self, request: Request) -> Answer:
        self.check_accept(request)
        path = self.normal_path(request.path)
        if path == "/hub" or path.startswith("/hub/"):
            return self.route_hub(request, path)
        if path in self.nouns:
            return self.route_collection(self.nouns[path], request)
        collection, _, record_id = path.rpartition("/")
        if collection in self.nouns:
            return self.route_item(self.nouns[collection], record_id, request)
        if path.startswith("/listener/"):
            return self.route_listener(request, path)
        raise Refused(404, f"there is nothing at {path[:100]!r}")

    def normal_path(self, path: str) -> str:
        return path.rstrip("/") or "/"

    def check_accept(self, request: Request) -> None:
        accepted = request.headers.get("accept", "*/*")
        if not any(kind in accepted for kind in ("*/*", "application/*", "json")):
            raise Refused(406, f"{accepted[:60]} cannot be made", "accept application/json")

    def route_collection(self, noun: Noun, request: Request) -> Answer:
        verbs = {m: v for m, v in _COLLECTION.items() if noun.has(v)}
        if request.method == "OPTIONS":
            return Answer(204, None, {"Allow": self.allow(list(verbs))})
        verb = self.verb(request, verbs)
        return self.list_records(noun, request) if verb == "list" else self.create(noun, request)

    def route_item(self, noun: Noun, record_id: str, request: Request) -> Answer:
        verb = self.verb(request, {m: v for m, v in _ITEM.items() if noun.has(v)})
        if not ID.fullmatch(record_id):
            raise Refused(404, "no id looks like this")
        handlers: dict[str, Any] = {
            "retrieve": self.retrieve,
            "patch": self.patch,
            "put": self.put,
            "delete": self.delete,
        }
        answer: Answer = handlers[verb](noun, record_id, request)
        return answer

    def verb(self, request: Request, verbs: dict[str, str]) -> str:
        """The verb of a method; 405 with Allow when there is none."""
        method = "GET" if request.method == "HEAD" else request.method
        if method in verbs:
            return verbs[method]
        raise Refused(405, f"{request.method} is not possible here", headers={"Allow": self.allow(list(verbs))})

    def allow(self, methods: list[str]) -> str:
        return ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])

    def route_hub(self, request: Request, path: str) -> Answer:
        hub = self.document.hub
        if hub is None:
            raise Refused(404, "this API has no hub")
        if path == "/hub":
            self.verb(request, {"POST": "create"})
            return self.subscribe(request)
        hub_id = path.removeprefix("/hub/")
        verb = self.verb(request, {m: v for m, v in _ITEM.items() if hub.has(v)})
        return self.unsubscribe(hub_id) if verb == "delete" else Answer(200, self.hub(hub_id))

    def route_listener(self, request: Request, path: str) -> Answer:
        name = path.removeprefix("/listener/")
        kind = name[:1].upper() + name[1:]
        if kind not in self.document.events:
            raise Refused(404, f"there is nothing at {path[:100]!r}")
        self.verb(request, {"POST": "create"})
        problems = self.validator.problems(self.document.events[kind], request.json())
        if problems:
            raise Refused(400, problems[0])
        operation = next(op for op in self.document.operations if op.path == path)
        return Answer(
            next(int(status) for status in operation.answers if status.startswith("2")), {} if not self.v5 else None
        )
