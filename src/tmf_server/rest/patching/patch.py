"""The four media types of PATCH, applied to one document (RFC 7396; RFC 6902; TMF630 parts 5 and 6). Pure."""

from typing import Any

import orjson

from tmf_server.errors import InvalidInput, TooLarge
from tmf_server.rest.body.jsonvalues import merge
from tmf_server.rest.patching.jsonpatch import Bounds, IsArray, JsonPatch
from tmf_server.rest.patching.operations import CODE

Document = dict[str, Any]

JSON_PATCH = "application/json-patch+json"
JSON_PATCH_QUERY = "application/json-patch-query+json"
MERGE_PATCHES = ("application/json", "application/merge-patch+json")
MEDIA_TYPES = (*MERGE_PATCHES, JSON_PATCH, JSON_PATCH_QUERY)
BOUNDS = Bounds()


def apply_patch(
    media_type: str, document: Document, patch: Any, *, is_array: IsArray | None = None, bounds: Bounds = BOUNDS
) -> Document:
    """The document after the patch, as a new value; neither argument is changed.

    `is_array` says whether the schema has an array at a path of attributes, so that `add` of an element can begin one.
    Raises InvalidInput for a patch that is wrong, Conflict for one that the document as it is does not allow
    (RFC 5789, 2.2), TooLarge when the document would outgrow the bounds.
    """
    result: Document
    if media_type in MERGE_PATCHES:
        if not isinstance(patch, dict):
            raise InvalidInput("A merge patch is a JSON object with the attributes to change.", code=CODE)
        result = merge(document, patch)
    else:
        result = JsonPatch(document, is_array, bounds, queries=media_type == JSON_PATCH_QUERY).apply(patch)
    if len(orjson.dumps(result)) > bounds.size:
        raise TooLarge(f"The record would outgrow {bounds.size} bytes, which is the most that one may have.")
    return result
