"""The shell sessions that the documentation shows: reads them, runs them, compares. Knows no document."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SEPARATOR = "\x1e"
SKIPPED = "…"


@dataclass(frozen=True)
class Step:
    """One command and the output that is shown below it, in which … stands for anything."""

    command: str
    shown: str

    def matches(self, output: str) -> bool:
        """True when the output is the one that is shown."""
        pattern = ".*".join(re.escape(part) for part in self.shown.strip().split(SKIPPED))
        return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


def steps(markdown: str) -> list[Step]:
    """The commands of every console block; a line that ends in a backslash goes on in the next one."""
    found: list[Step] = []
    for block in BLOCK.findall(markdown):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, output = re.match(r"((?:[^\n]*\\\n)*[^\n]*\n)(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]
            found.append(Step(command.strip(), output))
    return found


def files(markdown: str) -> dict[str, str]:
    """The files whose content is shown: a line with the name in backticks and a colon, then the block."""
    return dict(FILE.findall(markdown))


def run(commands: list[str], folder: Path, variables: Mapping[str, str], seconds: float = 120) -> list[str]:
    """The output of each command, all run by one shell; later ones see what earlier ones set. Fails with the shell."""
    script = "".join(f"{command}\nprintf '{SEPARATOR}'\n" for command in commands)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=dict(variables),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    outputs = done.stdout.split(SEPARATOR)
    if done.returncode:
        raise AssertionError(f"{commands[len(outputs) - 1]}\n{outputs[-1]}\n{done.stderr}")
    return outputs[:-1]
