"""The Flask application of the pages, as an ASGI application. Reads the registry; runs no SQL."""

from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from a2wsgi import WSGIMiddleware
from flask import Flask, Response, jsonify, redirect, request
from starlette.types import ASGIApp, Receive, Scope, Send
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from tmf_server import __version__
from tmf_server.config import Settings
from tmf_server.errors import NotFound, Problem
from tmf_server.registry.registry import Registry
from tmf_server.web import overview
from tmf_server.web.answers import FOREVER, REVALIDATED, origin, page, prepared, refusal, wants_json
from tmf_server.web.assets import address, asset
from tmf_server.web.documents import MEDIA_TYPES, PublishedDocument, prepared_document

THREADS = 4
Counts = Callable[[], Mapping[str, int]]


def create_pages(registry: Registry, settings: Settings, counts: Counts = dict) -> ASGIApp:
    """Create the pages of a server; `counts` gives the number of records by kind, or nothing when unknown."""
    app = _flask(_Site(registry, settings, counts))
    # Flask and the bridge describe the same WSGI environment by types of their own
    bridge = cast("ASGIApp", WSGIMiddleware(cast("Any", app), workers=THREADS))

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        # pages take no parameters, and the bridge fails on a query outside of ASCII
        await bridge({**scope, "query_string": b""}, receive, send)

    return pages


def _flask(site: "_Site") -> Flask:
    app = Flask("tmf_server.web", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # the front layer logs and answers failures, as everywhere
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for rule, view in site.views().items():
        app.add_url_rule(rule, endpoint=rule, view_func=view)
    app.register_error_handler(HTTPException, refusal)
    app.register_error_handler(Problem, refusal)
    app.after_request(site.secured)
    app.context_processor(_shared)
    return app


def _shared() -> dict[str, object]:
    """Return the values of every template: the way to the root, behind any proxy prefix, and addresses of files."""
    return {"root": "../" * (request.path.count("/") - 1) or "./", "address": address, "server_version": __version__}


class _Site:
    """The views, and their common values."""

    def __init__(self, registry: Registry, settings: Settings, counts: Counts) -> None:
        self._registry = registry
        self._settings = settings
        self._counts = counts
        self._documents = {(one.version, one.api): PublishedDocument(one) for one in registry.contracts}
        self._policy = _policy(settings.server.public_url)

    def views(self) -> dict[str, Callable[..., AnyResponse]]:
        """Return the view of each path."""
        return {
            "/": self.index,
            "/docs": self.to_index,
            "/docs/lifecycles": self.lifecycles,
            "/docs/<version>/<api>": self.reference,
            "/openapi": self.to_index,
            "/openapi/<version>/<api>.<form>": self.document,
            "/static/<mark>/<name>": self.static,
        }

    def index(self) -> AnyResponse:
        """Show the served APIs: a page for people, JSON for programs."""
        apis = self._served(self._counts())
        if wants_json():
            return jsonify([overview.as_json(one, origin()) for one in apis])
        return page("index.html", apis=apis, origin=origin(), example=overview.example(apis))

    def to_index(self) -> AnyResponse:
        """Redirect to the index, which lists everything below /docs and /openapi."""
        return redirect("../" if request.path.endswith("/") else "./")

    def reference(self, version: str, api: str) -> AnyResponse:
        """The page to read and try the operations of a document."""
        self._published(version, api)
        apis = self._served({})
        chosen = next(one for one in apis if (one.version, one.api) == (version, api))
        return page("reference.html", chosen=chosen, apis=apis)

    def lifecycles(self) -> AnyResponse:
        """Every lifecycle as a table and as the source of a drawing."""
        return page("lifecycles.html", lifecycles=overview.lifecycles(self._registry))

    def document(self, version: str, api: str, form: str) -> AnyResponse:
        """A document as JSON or YAML."""
        published = self._published(version, api)
        if form not in MEDIA_TYPES:
            raise NotFound(f"Documents are served as .{' and .'.join(MEDIA_TYPES)}, not as .{form[:20]}")
        response = prepared(prepared_document(published, form, origin()), REVALIDATED)
        response.headers["Access-Control-Allow-Origin"] = (
            "*"  # documents are public, and tools on further origins read them
        )
        return response

    def static(self, mark: str, name: str) -> AnyResponse:
        """Return a file loaded by pages; the address changes with the content, so browsers may cache for ever."""
        found = asset(name)
        if found is None or found.digest != mark:
            raise NotFound(f"There is no file {name[:100]!r} with this content. Load the page again.")
        return prepared(found, FOREVER)

    def _published(self, version: str, api: str) -> PublishedDocument:
        published = self._documents.get((version, api))
        if published is None:
            raise NotFound(f"No document {api[:20]!r} in version {version[:5]!r} is served. The page at / lists them.")
        return published

    def _served(self, counts: Mapping[str, int]) -> list[overview.Served]:
        return overview.served(self._registry, self._settings.server.aliases, counts)

    def secured(self, response: Response) -> Response:
        """Add headers that limit a page to content of this server."""
        response.headers["Content-Security-Policy"] = self._policy
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def _policy(public_url: str) -> str:
    """Return the content policy: a page loads from this server only; Swagger UI styles in place, draws with data:."""
    parts = urlsplit(public_url)
    called = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"connect-src 'self'{called}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
