"""Finds the operation of a path by table, in Connexion's place for routing. Names no noun."""

from __future__ import annotations

from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT, AbstractRoutingAPI, SpecMiddleware
from connexion.operations import AbstractOperation
from connexion.spec import Specification
from starlette.types import ASGIApp, Receive, Scope, Send

from tmf_server.errors import MethodNotAllowed, NotFound
from tmf_server.rest.body.identifiers import check_id
from tmf_server.rest.http.suggestions import nearest

Methods = dict[str, str | None]  # method → operationId


class TableRouting(AbstractRoutingAPI[str | None]):
    """The paths of one document: `/noun` and `/noun/{id}`, both as keys of one table."""

    def __init__(self, specification: Specification, **options: Any) -> None:
        self.paths: dict[str, Methods] = {}
        super().__init__(specification, **options)

    def make_operation(self, operation: AbstractOperation) -> str | None:
        """The operation is known by its id from here on."""
        name: str | None = operation.operation_id
        return name

    @staticmethod
    def _framework_path_and_name(operation: AbstractOperation, path: str) -> tuple[str, str]:  # noqa: ARG004
        return path, path

    def _add_operation_internal(self, method: str, path: str, operation: str | None, name: str | None = None) -> None:  # noqa: ARG002
        self.paths.setdefault(path, {})[method.upper()] = operation


class RoutingMiddleware(SpecMiddleware):
    """Names the operation of every request below a document's base path; everything else is NotFound."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._apis: dict[str, dict[str, Methods]] = {}

    def add_api(self, specification: Specification, **options: Any) -> None:
        """Take the paths of a document; fails now when one of its operations has nothing behind it."""
        api = TableRouting(specification, **options)
        self._apis[api.base_path] = api.paths

    def allowed(self, path: str) -> tuple[str, ...]:
        """The methods of a path, HEAD and OPTIONS among them; nothing when there is no such path."""
        found = self._find(path)
        if found is None:
            return ()
        methods = set(found[1]) | {"OPTIONS"} | ({"HEAD"} if "GET" in found[1] else set())
        return tuple(sorted(methods))

    def _find(self, path: str) -> tuple[str, Methods, str] | None:
        parts = path.split("/")
        for depth, template in ((-1, "/{}"), (-2, "/{}/{{id}}"), (-2, "/{}/{}")):
            base = "/".join(parts[:depth])
            paths = self._apis.get(base)
            if paths is None:
                continue
            methods = paths.get(template.format(*parts[depth:]))
            if methods is not None:
                return base, methods, parts[-1] if "{id}" in template.format(*parts[depth:]) else ""
        return None

    def nothing_at(self, path: str) -> NotFound:
        """The refusal of a path that no document has, with the paths that may have been meant."""
        near = nearest(
            path, {base: {template.split("/")[1] for template in paths} for base, paths in self._apis.items()}
        )
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        return NotFound(f"Nothing is served at {path[:200]!r}.{meant} The page at / lists what is.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = self._find(scope["path"])
        if found is None:
            raise self.nothing_at(scope["path"])
        base, methods, id_ = found
        method = scope["method"]
        if method not in methods:
            raise MethodNotAllowed(f"{method} is not offered here.", allow=self.allowed(scope["path"]))
        if id_:
            check_id(id_, "the id in the path")
        scope["path_params"] = {"id": id_} if id_ else {}
        scope.setdefault("extensions", {})[ROUTING_CONTEXT] = {"api_base_path": base, "operation_id": methods[method]}
        await self.app(scope, receive, send)
