"""`db`, `seed` and `reset`: the schema, and the contents as a whole."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from tmf_server.cli.base import Commands, Failure, opened_database, opened_records, read_settings, require_file, shown
from tmf_server.cli.inputs import number

if TYPE_CHECKING:
    from tmf_server.storage.connection.database import Database


@click.group(cls=Commands)
def db() -> None:
    """The schema of the database."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate up to REVISION (the newest)."""
    from tmf_server.storage.connection.migrate import upgrade as migrate

    with opened_database(read_settings()) as database, _revisions():
        migrate(database, revision)


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Migrate down to REVISION; `base` removes all tables with all records."""
    from tmf_server.storage.connection.migrate import downgrade as migrate

    with _existing() as database, _revisions():
        migrate(database, revision)


@contextmanager
def _existing() -> Iterator["Database"]:
    """Open an existing database, without a migration."""
    settings = read_settings()
    require_file(settings)
    with opened_database(settings) as database:
        yield database


@contextmanager
def _revisions() -> Iterator[None]:
    from alembic.util import CommandError

    try:
        yield
    except CommandError as error:
        raise Failure(str(error)) from error


@db.command()
def current() -> None:
    """Show the revision of the database and the newest revision."""
    from tmf_server.storage.connection import migrate

    with _existing() as database:
        click.echo(f"{migrate.current(database) or 'empty'} (newest: {migrate.head()})")


@db.command()
def check() -> None:
    """Compare the database with the schema of this server version; exit with 1 and list the differences."""
    from tmf_server.apis.tables import metadata
    from tmf_server.storage.connection import migrate

    with _existing() as database:
        lacking = migrate.lacking(database)
        wrong = [f"The database {lacking}"] if lacking is not None else migrate.differences(database, metadata)
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        raise SystemExit(1)
    click.echo(f"The database is at {migrate.head()} and as the models say.")


@click.command()
@click.option("--scale", type=number(1, 9_999), default=1, show_default=True, help="Thousands of offerings.")
def seed(scale: int) -> None:
    """Fill the database for tests under load: the demo's shape at any size, the same on every machine.

    A thousand offerings come with their specifications and prices, and with 250 customers who have 250 orders, 500
    services on 250 home routers, 600 bills with 1,600 rates, and 4 alarms; TMF_APIS can leave nouns out.
    Sends no events. Skips blocks stored before, so that an interrupted seed can be resumed.
    """
    from rich.progress import Progress

    from tmf_server.demo.loading import load_demo_once, seed_blocks

    with opened_records(read_settings()) as (database, records):
        if "productOffering" not in records.registry.entities:
            raise Failure("seeding needs TMF620, which TMF_APIS leaves out")
        load_demo_once(database, records)
        with Progress(*_columns()) as bar:
            task = bar.add_task("blocks", total=scale)
            counts = []
            for number in seed_blocks(database, records, range(1, scale + 1)):
                counts.append(number)
                bar.update(task, advance=1, description=f"{sum(counts)} records, blocks")
    made = sum(number > 0 for number in counts)
    click.echo(f"{sum(counts)} records stored in {made} blocks; {scale - made} blocks were here already.")


def _columns() -> tuple[Any, ...]:
    from rich import progress

    shown = (progress.MofNCompleteColumn(), progress.TimeElapsedColumn(), progress.TimeRemainingColumn())
    return progress.TextColumn("{task.description}"), progress.BarColumn(), *shown


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Remove every record, event, subscription and job, and load the demo again, all in one transaction.

    Servers and workers may stay up: their next answers show the demo. Files stay.
    """
    from tmf_server.demo.loading import reset as start_over

    settings = read_settings()
    where = shown(settings)
    if not (yes or _confirmed(where)):
        raise Failure("nothing was changed; --yes does it without a question")
    with opened_records(settings) as (database, records):
        count = start_over(database, records)
    click.echo(f"{count} records of the demo are in {where}, and nothing else.")


def _confirmed(where: str) -> bool:
    return sys.stdin.isatty() and click.confirm(f"Remove everything in {where}?")
