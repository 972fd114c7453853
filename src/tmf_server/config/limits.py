"""Settings that bound what a request may ask for."""

from dataclasses import dataclass

from tmf_server.config.declaring import at_least, between, setting


@dataclass(frozen=True, kw_only=True)
class LimitsSettings:
    """Bounds."""

    default_limit: int = setting(20, "records on a page when the client names no limit", at_least(1))
    shown_bytes: int = setting(
        16_777_216, "of memory a process, for records as clients were shown them last; 0 keeps none", at_least(0)
    )
    max_limit: int = setting(1000, "records on a page at most", at_least(1))
    max_body_bytes: int = setting(2_000_000, "of a request; larger ones are 413", at_least(1))
    max_depth: int = setting(64, "levels of nested arrays and objects in a body", between(1, 200))
    max_query_bytes: int = setting(16_000, "of the query in a URL", at_least(1))
    max_conditions: int = setting(100, "comparisons in one query", between(1, 1000))
    max_regex_length: int = setting(200, "characters of a regular expression", at_least(1))
    max_expand_depth: int = setting(3, "levels that depth and expand may ask for", between(0, 10))
    max_expanded: int = setting(200, "records put in place of references in one answer", at_least(0))
    idempotency_seconds: int = setting(86_400, "how long an Idempotency-Key is remembered", between(0, 31_622_400))
