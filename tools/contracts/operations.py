"""Puts words, headers, further parameters and further answers on operations. The sentences are the glossary's."""

from typing import Any

from tools.contracts.glossary import Glossary, GlossaryError, Noun
from tools.contracts.patches import CHANGE, patches
from tools.contracts.reference import JSON, Node, Operation, Reference

# What this server reads and answers beyond the reference, by kind of operation.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "list": ("fields", "offset", "limit", "sort", "filter", "depth", "expand"),
    "retrieve": ("fields", "depth", "expand", "If-None-Match"),
    "create": ("fields", "Idempotency-Key"),
    "patch": ("fields", "If-Match"),
    "replace": ("fields", "If-Match"),
    "delete": ("If-Match",),
}
ANSWERS: dict[str, tuple[str, ...]] = {
    "list": ("406", "429", "501", "503"),
    "retrieve": ("304", "406", "429", "503"),
    "create": ("406", "413", "415", "429", "503"),
    "patch": ("406", "412", "413", "415", "429", "503"),
    "replace": ("406", "412", "413", "415", "429", "503"),
    "delete": ("412", "429", "503"),
}
HEADERS: dict[str, tuple[str, ...]] = {
    "list": ("X-Total-Count", "X-Result-Count", "Link"),
    "retrieve": ("ETag",),
    "create": ("Location", "ETag", "Idempotency-Replayed"),
    "patch": ("ETag",),
    "replace": ("ETag",),
    "subscribe": ("Location",),
}
COLLECTION = {"get": "list", "post": "create"}
SINGLE = {"get": "retrieve", "patch": "patch", "put": "replace", "delete": "delete"}
HUB = {"/hub": {"post": "subscribe"}, "/hub/{id}": {"get": "subscription", "delete": "unsubscribe"}}
ERROR: Node = {"$ref": "#/components/schemas/Error"}


def kind_of(operation: Operation) -> str:
    """list, create, retrieve, patch, replace, delete, subscribe, subscription, unsubscribe or listen."""
    if operation.path.startswith("/listener/"):
        return "listen"
    if operation.path in HUB:
        return HUB[operation.path][operation.method]
    return (SINGLE if operation.path.endswith("}") else COLLECTION)[operation.method]


class Paths:
    """Builds `paths`; notes in `parameters` and `responses` which components it has referred to."""

    def __init__(self, reference: Reference, glossary: Glossary, examples: dict[str, Any]) -> None:
        self.reference = reference
        self.glossary = glossary
        self.examples = examples
        self.parameters: dict[str, Node] = {}
        self.responses: dict[str, Node] = {}
        self.headers: dict[str, Node] = {}

    def build(self) -> dict[str, Node]:
        """All operations in the reference's order; GlossaryError when an example belongs to none of them."""
        paths: dict[str, Node] = {}
        for operation in self.reference.operations:
            paths.setdefault(operation.path, {})[operation.method] = self._operation(operation)
        lost = {(name, media) for name, entry in self.examples.items() for media in entry} - self._bodies()
        if lost:
            raise GlossaryError(f"{self._document()}: examples of bodies that do not exist: {sorted(lost)}")
        return paths

    def _bodies(self) -> set[tuple[str, str]]:
        return {
            (operation.operation_id, media)
            for operation in self.reference.operations
            for media in ([CHANGE] if operation.method == "patch" else operation.bodies)
        }

    def _operation(self, operation: Operation) -> Node:
        kind = kind_of(operation)
        words = self._words(operation, kind)
        node: Node = {
            "operationId": operation.operation_id,
            "tags": operation.tags,
            "summary": words["summary"],
            "description": words["description"],
        }
        parameters = self._parameters(operation, kind)
        if parameters:
            node["parameters"] = parameters
        if operation.bodies:
            node["requestBody"] = self._body(operation, kind)
        node["responses"] = self._responses(operation, kind)
        return node

    # -- words --------------------------------------------------------------------------------
    def _names(self, operation: Operation, kind: str) -> Noun | dict[str, str]:
        """What fills in the sentences about an operation."""
        segment = operation.path.split("/")[1]
        if kind == "listen":
            schema = operation.bodies[JSON]["$ref"].rsplit("/", 1)[-1]
            return {"event": schema, "what": self.glossary.schema(schema, self._document())}
        if segment == "hub":
            return {}
        return self.glossary.noun(segment[0].upper() + segment[1:])

    def _document(self) -> str:
        return f"{self.reference.version}/{self.reference.number}"

    def _words(self, operation: Operation, kind: str) -> dict[str, str]:
        names = self._names(operation, kind)
        template = self.glossary.http("operations", kind)
        called, more = (names.word("called", kind), names.word("on", kind)) if isinstance(names, Noun) else (None, None)
        description = str(template["description"]).format_map(names)
        return {
            "summary": called or str(template["summary"]).format_map(names),
            "description": f"{description} {more}" if more else description,
        }

    # -- parameters ---------------------------------------------------------------------------
    def _parameters(self, operation: Operation, kind: str) -> list[Node]:
        declared = {parameter["name"]: parameter for parameter in operation.parameters}
        further = [name for name in PARAMETERS.get(kind, ()) if name not in declared]
        return [self._parameter(name, fact) for name, fact in declared.items()] + [
            self._parameter(name, self._further(name)) for name in further
        ]

    def _further(self, name: str) -> Node:
        place = "header" if name[0].isupper() else "query"
        kind = self.glossary.http("parameters", name).get("type", "string")
        return {"name": name, "in": place, "schema": {"type": kind}}

    def _parameter(self, name: str, fact: Node) -> Node:
        words = self.glossary.http("parameters", name)
        limits = {key: words[key] for key in ("minimum", "maximum", "maxLength", "pattern") if key in words}
        component = dict(fact)
        schema = component.pop("schema") | limits
        key = name[0].upper() + name[1:]
        special = f"description@{self.reference.version}"
        text = words[special if special in words else "description"]
        self.parameters[key] = component | {"description": text, "schema": schema}
        if "example" in words:
            self.parameters[key]["example"] = words["example"]
        return {"$ref": f"#/components/parameters/{key}"}

    # -- bodies -------------------------------------------------------------------------------
    def _body(self, operation: Operation, kind: str) -> Node:
        names = self._names(operation, kind)
        text = str(self.glossary.http("bodies", kind)).format_map(names)
        content: dict[str, Node] = {media: {"schema": schema} for media, schema in operation.bodies.items()}
        examples = self._examples(operation)
        for media, entry in content.items():
            if media in examples:
                entry["examples"] = examples[media]
        return {"description": text, "required": True, "content": content}

    def _examples(self, operation: Operation) -> dict[str, Node]:
        given: dict[str, Node] = self.examples.get(operation.operation_id, {})
        return patches(given[CHANGE]) if CHANGE in given else given

    # -- responses ----------------------------------------------------------------------------
    def _responses(self, operation: Operation, kind: str) -> dict[str, Node]:
        codes = dict(operation.responses)
        for code in ANSWERS.get(kind, ()):
            codes.setdefault(code, {} if code == "304" else {JSON: ERROR})
        ordered = sorted(codes, key=lambda code: (code == "default", code))
        return {code: self._response(operation, kind, code, codes[code]) for code in ordered}

    def _response(self, operation: Operation, kind: str, code: str, answers: dict[str, Node]) -> Node:
        if code in ("200", "201") or (code == "204" and kind == "listen"):
            return self._success(operation, kind, answers)
        name = self.glossary.answer(code, kind)
        words = self.glossary.http("responses", name)
        node: Node = {"description": words["description"]}
        if words.get("headers"):
            node["headers"] = {header: self._header(header) for header in words["headers"]}
        if answers:
            node["content"] = {media: {"schema": schema} for media, schema in answers.items()}
        self.responses[name] = node
        return {"$ref": f"#/components/responses/{name}"}

    def _success(self, operation: Operation, kind: str, answers: dict[str, Node]) -> Node:
        text = str(self.glossary.http("success", kind)).format_map(self._names(operation, kind))
        node: Node = {"description": text}
        if kind in HEADERS:
            node["headers"] = {header: self._header(header) for header in HEADERS[kind]}
        if answers:
            node["content"] = {media: {"schema": schema} for media, schema in answers.items()}
        return node

    def _header(self, name: str) -> Node:
        words = self.glossary.http("headers", name)
        schema = {"type": words.get("type", "string")}
        self.headers[name] = {"description": words["description"], "schema": schema}
        return {"$ref": f"#/components/headers/{name}"}
