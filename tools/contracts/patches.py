"""One example of a change as each kind of patch tells it."""

from typing import Any

from tools.contracts.glossary import GlossaryError
from tools.contracts.reference import JSON, JSON_PATCHES, MERGE_PATCH, Node

CHANGE = "change"
"""Under this name an examples file has the example of an operation that patches."""


def patches(change: Node) -> dict[str, Node]:
    """The examples by media type, made of a `summary`, a `value` and, where it has to stand beside it, more.

    Merge patches have what stands `beside` the value, since their schemas demand it; JSON Patches have the value alone,
    each attribute added, which replaces one that is there: so the example does whatever a record holds.
    """
    if change.keys() - {"beside"} != {"summary", "value"}:
        raise GlossaryError(f"a change says summary, value and perhaps beside, not {', '.join(sorted(change))}")
    value: dict[str, Any] = change["value"]
    steps = [{"op": "add", "path": f"/{name}", "value": one} for name, one in value.items()]
    told = {media: change.get("beside", {}) | value for media in (JSON, MERGE_PATCH)} | dict.fromkeys(
        JSON_PATCHES, steps
    )
    return {media: {CHANGE: {"summary": change["summary"], "value": one}} for media, one in told.items()}
