"""The table of ways in which a server can be broken: a name, what is wrong, the double that is so, who must notice."""

from collections.abc import Callable
from dataclasses import dataclass

from tmf_double.app import Double


@dataclass(frozen=True)
class Way:
    """One way. `caught_by` are the checks that name the cause; each of them must fail."""

    name: str
    what: str
    double: type[Double]
    caught_by: tuple[str, ...]


WAYS: dict[str, Way] = {}


def way(name: str, what: str, *caught_by: str) -> Callable[[type[Double]], type[Double]]:
    """Enter a broken double into the table."""

    def enter(double: type[Double]) -> type[Double]:
        if name in WAYS or not caught_by:
            raise ValueError(f"the way {name} is declared twice or names no check")
        WAYS[name] = Way(name, what, double, caught_by)
        return double

    return enter


# The doubles enter themselves into the table.
from tmf_double.broken import (  # noqa: E402
    contract,  # noqa: F401
    events,  # noqa: F401
    http,  # noqa: F401
    lists,  # noqa: F401
    patching,  # noqa: F401
    reading,  # noqa: F401
    writing,  # noqa: F401
)
