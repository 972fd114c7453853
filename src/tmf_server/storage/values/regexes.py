"""Regular expressions with equal meaning on both databases and in memory, in time linear in the text. No SQL.

RE2 decides on the meaning of a pattern, searched for anywhere in the text. For PostgreSQL the pattern is rewritten in
PostgreSQL's syntax: every class spelled out, since the two engines disagree about classes, `.`, case and word
boundaries. A construct with no spelling is refused on either database.
"""

from functools import lru_cache

import re2

from tmf_server.errors import InvalidInput
from tmf_server.storage.values.regexsyntax import Untranslatable, translate


def found(pattern: str, text: str) -> bool:
    """True when the pattern is found somewhere in the text."""
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=512)
def postgresql_pattern(pattern: str) -> str:
    """Return the pattern in the syntax of PostgreSQL. Raises InvalidInput naming the fault or the unsupported part."""
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise InvalidInput(f"The regular expression {_shown(pattern)} is not valid: {reason}.") from error
    try:
        return translate(pattern)
    except Untranslatable as error:
        raise InvalidInput(f"The regular expression {_shown(pattern)} is not supported: {error}.") from error


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def _shown(pattern: str) -> str:
    return repr(pattern if len(pattern) <= 60 else f"{pattern[:60]}…")
