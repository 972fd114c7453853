"""`load`, `dump` and `lifecycle`: import, export and states of the records of a noun, by the code of the jobs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from tmf_server.cli.base import Failure, opened, opened_as_it_is, read_settings
from tmf_server.cli.inputs import ADDRESS

if TYPE_CHECKING:
    from tmf_server.processes.jobs.progress import Progress
    from tmf_server.processes.jobs.selection import RecordSelection
    from tmf_server.registry.registry import Registry
    from tmf_server.storage.connection.database import Connection

VERSIONS = click.Choice(["v5", "v4"])


@click.command()
@click.argument("noun")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", type=VERSIONS, default="v5", show_default=True, help="In whose shape the records are.")
@click.option("--upsert", is_flag=True, help="Change records that are here with other content.")
@click.option("--silent", is_flag=True, help="Send no events.")
def load(noun: str, file: Path, version: str, upsert: bool, silent: bool) -> None:
    """Import the records of NOUN in FILE: a JSON array or one record a line, plain or gzip.

    Exits with 1 after refusals, and names the refused records.
    """
    from tmf_server.background import create_transfer_context
    from tmf_server.processes.jobs.importing import Importer
    from tmf_server.processes.jobs.progress import Progress as Done

    packed = file.suffix == ".gz"
    with opened(read_settings()) as services, _Bar(None if packed else file.stat().st_size) as bar:
        context = create_transfer_context(services)
        importer = Importer(context, choose_noun(services.registry, noun, version), upsert=upsert, silent=silent)
        try:
            done = importer.run(file, Done(), bar)
        except KeyboardInterrupt as error:
            done = bar.last or Done()
            raise Failure(f"interrupted; what was stored stays. {done.summary()}") from error
    if done.error_log():
        click.echo(done.error_log(), err=True)
    if done.refused:
        raise SystemExit(1)
    click.echo(done.summary())


class _Bar:
    """A progress sink for terminals: shows a progress bar."""

    def __init__(self, size: int | None) -> None:
        from rich import progress
        from rich.console import Console

        self._bar = progress.Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("records", total=size)
        self.last: Progress | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def save(self, connection: "Connection", progress: "Progress") -> None:
        """Store nothing: a repeated load finds the stored records."""

    def beat(self, progress: "Progress") -> None:
        """Move the bar to the progress."""
        self.last = progress
        text = f"{progress.mark.number} records"
        self._bar.update(self._task, completed=progress.mark.position or None, description=text)


@click.command()
@click.argument("noun")
@click.option("--version", type=VERSIONS, default="v5", show_default=True, help="In whose shape.")
@click.option("--query", default="", help="Which records, as in a list's URL: 'lifecycleStatus=Active'.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; .gz packs it.")
@click.option("--origin", type=ADDRESS, default="", help="Scheme and host that links begin with (TMF_PUBLIC_URL).")
def dump(noun: str, version: str, query: str, output: Path | None, origin: str) -> None:
    """Write the records of NOUN, one a line, to standard output or a file."""
    from tmf_server.background import create_transfer_context
    from tmf_server.processes.jobs.exporting import Exporter
    from tmf_server.processes.jobs.formats import Format
    from tmf_server.processes.jobs.selection import RecordSelection

    settings = read_settings()
    with opened_as_it_is(settings) as services:
        chosen = choose_noun(services.registry, noun, version)
        context = create_transfer_context(services)
        links = origin or settings.server.public_url or f"http://{settings.server.host}:{settings.server.port}"
        exporter = Exporter(context, RecordSelection(chosen.exposures, chosen.all, query), links)
        exporter.check()
        if output is None:
            exporter.to_stream(sys.stdout.buffer, Format(lines=True), _Quiet())
            sys.stdout.buffer.flush()
        else:
            done = exporter.to_file(output.resolve(), Format(lines=True, gzip=output.suffix == ".gz"), _Quiet())
            click.echo(f"{done.mark.number} records written to {output}.")


class _Quiet:
    """A progress sink without output."""

    def save(self, connection: "Connection", progress: "Progress") -> None:
        """Store nothing."""

    def beat(self, progress: "Progress") -> None:
        """Show nothing."""


def choose_noun(registry: "Registry", noun: str, version: str) -> "RecordSelection":
    """Return the selection of a noun in a version, by the name of the noun in either version.

    Raises Failure with the list of nouns.
    """
    from tmf_server.processes.jobs.selection import RecordSelection

    word = noun.casefold()
    shown = [one for one in registry.exposures if one.contract.version == version and one.entity.task is None]
    meant = {
        one.entity.name
        for one in registry.exposures
        if not one.types and word in (one.noun.casefold(), one.entity.name.casefold())
    }
    found = [one for one in shown if one.noun.casefold() == word]
    for one in found or [one for one in shown if one.entity.name in meant and not one.types]:
        return RecordSelection((one,), tuple(other for other in shown if other.contract is one.contract))
    names = ", ".join(sorted({one.noun for one in shown}))
    raise Failure(f"{version} has no noun {noun!r}. There are: {names}")


@click.command()
@click.argument("noun", required=False)
def lifecycle(noun: str | None) -> None:
    """Draw the lifecycle of NOUN as a Mermaid diagram, from the table of transitions in force."""
    from tmf_server.apis.families import APIS
    from tmf_server.rules.diagram import mermaid

    drawn = {name: one.machines for api in APIS.values() for name, one in api.nouns.items() if one.machines}
    found = {name.casefold(): name for name in drawn}.get((noun or "").casefold())
    if found is None:
        raise Failure(f"name a noun with a lifecycle: {', '.join(sorted(drawn))}")
    for path, machine in drawn[found]:
        click.echo(f"%% {found}: {'.'.join((*path, machine.attribute))}\n{mermaid(machine)}")
