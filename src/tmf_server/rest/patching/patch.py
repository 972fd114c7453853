"""The four media types of PATCH, applied to one document (RFC 7396; RFC 6902; TMF630 parts 5 and 6). Pure."""

from collections.abc import Callable
from typing import Any

import orjson

from tmf_server.errors import InvalidInput, TooLarge
from tmf_server.rest.body.jsonvalues import merge
from tmf_server.rest.patching.jsonpatch import Bounds, IsArray, JsonPatch
from tmf_server.rest.patching.operations import CODE, parse_operations

Document = dict[str, Any]

JSON_PATCH = "application/json-patch+json"
JSON_PATCH_QUERY = "application/json-patch-query+json"
MERGE_PATCHES = ("application/json", "application/merge-patch+json")
MEDIA_TYPES = (*MERGE_PATCHES, JSON_PATCH, JSON_PATCH_QUERY)
BOUNDS = Bounds()


def apply_patch(
    media_type: str, document: Document, patch: Any, *, is_array: IsArray | None = None, bounds: Bounds = BOUNDS
) -> Document:
    """The document after the patch, as `read_patch` makes it."""
    return read_patch(media_type, patch, is_array=is_array, bounds=bounds)(document)


def read_patch(
    media_type: str, patch: Any, *, is_array: IsArray | None = None, bounds: Bounds = BOUNDS
) -> Callable[[Document], Document]:
    """Check a patch as far as it can be without a document; the function applies it to one, and changes neither.

    `is_array` says whether the schema has an array at a path of attributes, so that `add` of an element can begin one.
    Raises InvalidInput for a patch that is wrong. The function raises InvalidInput for one that is too much work,
    Conflict for one that the document as it is does not allow (RFC 5789, 2.2), TooLarge when the document would
    outgrow the bounds.
    """
    if media_type not in MERGE_PATCHES:
        operations = parse_operations(patch, queries=media_type == JSON_PATCH_QUERY)
        return lambda document: _checked(JsonPatch(document, is_array, bounds).apply(operations), bounds)
    if not isinstance(patch, dict):
        raise InvalidInput("A merge patch is a JSON object with the attributes to change.", code=CODE)
    return lambda document: _checked(merge(document, patch), bounds)


def _checked(document: Document, bounds: Bounds) -> Document:
    if len(orjson.dumps(document)) > bounds.size:
        raise TooLarge(f"The record would outgrow {bounds.size} bytes, which is the most that one may have.")
    return document
