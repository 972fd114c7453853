"""The files loaded by pages: the project's own and Swagger UI's. Read once, from the installed packages; no HTTP."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from tmf_server.web.prepared import Prepared

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "txt": "text/plain"}


def _sources() -> dict[str, Traversable]:
    own = files("tmf_server.web") / "static"
    swagger = files("flask_swagger_ui") / "dist"
    return {
        "site.css": own / "site.css",
        "reference.css": own / "reference.css",
        "reference.js": own / "reference.js",
        "swagger-ui.css": swagger / "swagger-ui.css",
        "swagger-ui-bundle.js": swagger / "swagger-ui-bundle.js",
        "swagger-ui-license.txt": swagger / "LICENSE",
    }


@cache
def asset(name: str) -> Prepared | None:
    """Return the file of a name; None for an unknown name."""
    source = _sources().get(name)
    return None if source is None else Prepared(source.read_bytes(), MEDIA_TYPES[name.rpartition(".")[2]])


def address(name: str) -> str:
    """Return the path of a file from the root; the path changes with the content, so browsers may cache for ever."""
    found = asset(name)
    if found is None:
        raise LookupError(f"no page loads a file {name!r}")
    return f"static/{found.digest}/{name}"
