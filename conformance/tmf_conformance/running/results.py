"""What a run found: findings, results by check, the scorecard's sums. No HTTP, no printing."""

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tmf_conformance.http.client import Exchange
from tmf_conformance.running.registry import Check, Level
from tmf_conformance.running.usage import Usage


class Outcome(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    ADVICE = "advice"  # a recommended check that does not hold
    UNSUPPORTED = "not implemented"  # the server says so: 501, or 405 where optional
    BLOCKED = "blocked"  # what the check needs does not work
    SKIPPED = "not applicable"


@dataclass
class Finding:
    """One thing that does not hold, with the exchange that shows it."""

    message: str
    expected: str = ""
    exchange: Exchange | None = None


@dataclass
class Result:
    """One check on one subject (an API, a noun or an operation)."""

    check: Check
    api: str
    version: str
    subject: str
    outcome: Outcome
    findings: list[Finding] = field(default_factory=list)
    note: str = ""
    seconds: float = 0.0
    requests: int = 0
    environment: str = ""  # where several servers were checked in one run

    @property
    def document(self) -> str:
        where = f" on {self.environment}" if self.environment else ""
        return f"{self.api} {self.version}{where}"

    @property
    def name(self) -> str:
        return f"{self.document} {self.subject}: {self.check.id}"


@dataclass
class Report:
    """A whole run. `left_behind` counts records that could not be removed again."""

    target: str
    results: list[Result] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0
    created: int = 0
    left_behind: list[str] = field(default_factory=list)
    interrupted: str = ""  # why the run ended before all checks were made
    depth: str = "quick"
    started: str = ""
    seed: str = ""
    usage: dict[str, Usage] = field(default_factory=dict)

    def counts(self, results: list[Result] | None = None) -> Counter[Outcome]:
        return Counter(result.outcome for result in (self.results if results is None else results))

    @property
    def conforms(self) -> bool:
        """Whether everything mandatory that was checked holds, and something was checked."""
        bad = (Outcome.FAILED, Outcome.BLOCKED)
        held = not any(r.outcome in bad and r.check.level is Level.MANDATORY for r in self.results)
        return held and not self.interrupted and any(r.outcome is Outcome.PASSED for r in self.results)

    def by_document(self) -> dict[str, list[Result]]:
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.document, []).append(result)
        return found

    @classmethod
    def joined(cls, reports: dict[str, "Report"]) -> "Report":
        """One report of several runs, by the name of the environment that each was made in."""
        first = next(iter(reports.values()))
        whole = cls(", ".join(reports), depth=first.depth, started=first.started, seed=first.seed)
        for environment, report in reports.items():
            whole.results += [replace(result, environment=environment) for result in report.results]
            whole.seconds += report.seconds
            whole.requests += report.requests
            whole.created += report.created
            whole.left_behind += report.left_behind
            whole.interrupted = whole.interrupted or report.interrupted
            whole.usage |= {f"{name}, {environment}": usage for name, usage in report.usage.items()}
        return whole
