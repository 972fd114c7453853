"""Formats of record files: one JSON array or one record a line, plain or gzip. Pure."""

from dataclasses import dataclass

from tmf_server.errors import Fault, InvalidInput

JSON, LINES = "application/json", "application/x-ndjson"
ARRAY_TYPES = frozenset({JSON, "text/json"})
LINE_TYPES = frozenset({LINES, "application/ndjson", "application/jsonl", "application/jsonlines"})
GZIP_TYPES = frozenset({"application/gzip", "application/x-gzip"})
LINE_ENDINGS = (".ndjson", ".jsonl")
KNOWN = f"{JSON} or {LINES}, each also with +gzip, or application/gzip"


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a file. `lines`: a record a line instead of an array; `gzip`: compressed."""

    lines: bool = False
    gzip: bool = False


def asked_format(content_type: str, name: str) -> Format:
    """Choose the format of a file from the content type, or from the ending of the file's name.

    `+gzip` behind a content type, `application/gzip` and a name ending in `.gz` each ask for gzip. Without a content
    type `.ndjson` and `.jsonl` mean lines, every further ending an array. InvalidInput for unknown content types.
    """
    media = content_type.partition(";")[0].strip().lower()
    stem = name.lower().removesuffix(".gz")
    gzip = name.lower().endswith(".gz") or media in GZIP_TYPES or media.endswith("+gzip")
    media = media.removesuffix("+gzip")
    if media in ARRAY_TYPES:
        return Format(lines=False, gzip=gzip)
    if media in LINE_TYPES:
        return Format(lines=True, gzip=gzip)
    if not media or media in GZIP_TYPES:
        return Format(lines=stem.endswith(LINE_ENDINGS), gzip=gzip)
    fault = Fault("/contentType", f"expected {KNOWN}, not {content_type[:60]!r}")
    raise InvalidInput("Files of this content type are not written.", faults=[fault], code="unknownContentType")
