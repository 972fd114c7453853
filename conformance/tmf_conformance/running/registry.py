"""The table of checks: what each is called, which clause it holds a server to, and when it applies. No HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tmf_conformance.running.trial import Trial

Body = Callable[["Trial"], Awaitable[None]]
GROUPS = ("contract", "tmf630", "lifecycle", "abuse")


class Level(StrEnum):
    """Mandatory: a server that breaks it does not conform. Recommended: reported, never a failure of the run."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"


class Scope(StrEnum):
    """What one run of a check is about: an API, one of its nouns, or one operation."""

    API = "api"
    NOUN = "noun"
    OPERATION = "operation"


@dataclass(frozen=True)
class Check:
    """One check. `needs` are the operations that a noun must declare for it to apply.

    `writes` checks are left out of a read-only run; `full` ones run at full depth only; `tasks` says whether it
    also applies to nouns that are created and read but never edited.
    """

    id: str
    title: str
    clause: str
    level: Level
    group: str
    scope: Scope
    needs: tuple[str, ...]
    writes: bool
    full: bool
    tasks: bool
    run: Body


CHECKS: dict[str, Check] = {}


def check(  # noqa: PLR0913  the columns of the table
    check_id: str,
    title: str,
    clause: str,
    *,
    group: str = "tmf630",
    level: Level = Level.MANDATORY,
    scope: Scope = Scope.NOUN,
    needs: tuple[str, ...] = ("list",),
    writes: bool = False,
    full: bool = False,
    tasks: bool = False,
) -> Callable[[Body], Body]:
    """Enter a function into the table of checks. An id is used once."""

    def enter(run: Body) -> Body:
        if check_id in CHECKS or group not in GROUPS:
            raise ValueError(f"check {check_id} is declared twice or names an unknown group {group}")
        CHECKS[check_id] = Check(check_id, title, clause, level, group, scope, needs, writes, full, tasks, run)
        return run

    return enter


RECOMMENDED = Level.RECOMMENDED
API = Scope.API
OPERATION = Scope.OPERATION
