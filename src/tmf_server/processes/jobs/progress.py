"""Progress of an import or export: position, counts and a bounded log of refusals. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tmf_server.errors import Problem
from tmf_server.processes.jobs.reading import START, FilePosition

MOST_LOG = 20_000  # characters
MOST_TOLD = 600  # characters of one refusal
MOST_WARNED = 4_000  # characters of all warnings; each warning is given once
WARNING = "warning: "


@dataclass(frozen=True, slots=True)
class Progress:
    """The position in the file and counts of the records before: created, changed, already present, refused."""

    mark: FilePosition = START
    imported: int = 0
    updated: int = 0
    present: int = 0
    refused: int = 0
    log: str = ""

    def refusing(self, place: str, problem: Problem) -> "Progress":
        """Return the progress with a further refused record and its reason."""
        entry = f"{place}: {told(problem)}\n"
        log = self.log + entry if len(self.log) + len(entry) <= MOST_LOG else self.log
        return replace(self, refused=self.refused + 1, log=log)

    def warning(self, place: str, unknown: Sequence[str]) -> "Progress":
        """Return the progress with a warning about unknown attributes; the same warning is kept once."""
        said = f"has unknown attributes: {', '.join(unknown)}"[:MOST_TOLD] + "\n"
        if not unknown or said in self.log or sum(map(len, self._warnings)) > MOST_WARNED:
            return self
        return replace(self, log=f"{self.log}{WARNING}{place} {said}")

    @property
    def _warnings(self) -> list[str]:
        return [line for line in self.log.splitlines() if line.startswith(WARNING)]

    def counts(self) -> dict[str, int]:
        """Return the counts by name, without zeros save the number of records."""
        counts = {"records": self.mark.number, "created": self.imported, "changed": self.updated}
        counts |= {"present": self.present, "refused": self.refused}
        return {name: count for name, count in counts.items() if count or name == "records"}

    def summary(self) -> str:
        """Return all counts as a sentence."""
        return (
            f"{self.mark.number} records read: {self.imported} created, {self.updated} changed, "
            f"{self.present} here already, {self.refused} refused."
        )

    def error_log(self, reason: str = "") -> str:
        """Return the `errorLog` of a job: the reason of a failure, the refused records, the warnings."""
        if not reason and not self.refused:
            return "\n".join(self._warnings)
        left_out = self.refused - self.log.count("\n") + len(self._warnings)
        rest = f"… and {left_out} more" if left_out else ""
        parts = (reason, self.summary() if self.mark.number else "", self.log.rstrip("\n"), rest)
        return "\n".join(part for part in parts if part)


NOTHING = Progress()


def told(problem: Problem) -> str:
    """Return a problem as a line of text: code, reason and place."""
    text = f"{problem.code}: {problem.reason} {problem.message}"
    text = " ".join(text.split())
    return text if len(text) <= MOST_TOLD else text[:MOST_TOLD] + "…"
