"""Shared by all commands: settings from the environment, errors as a line of text with exit code 2. Runs no command."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tmf_server.config import Settings, declared, environment
from tmf_server.errors import Problem

if TYPE_CHECKING:
    from tmf_server.rest.verbs.services import Services
    from tmf_server.storage.connection.database import Database
    from tmf_server.storage.write.bulk import BulkRecords


OTHERS = ("TMF_CONFORMANCE_", "TMF_TEST_")  # the suite and the tests share the environment with the server


class Failure(click.ClickException):
    """A fault for the user to mend, told in a line of text; exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Write the line to standard error."""
        click.echo(f"tmf-server: {' '.join(self.format_message().split())}", file=file, err=True)


class Commands(click.Group):
    """A group of commands with errors as a line of text, without a traceback."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the program and exit: 0 for success, 1 for a finding or refused records, 2 for an unusable command."""
        try:
            result = super().main(*args, **extra | {"standalone_mode": False})
        except click.UsageError as error:
            help_ = f" Try: {error.ctx.command_path} --help" if error.ctx is not None else ""
            Failure(f"{error.format_message()}{help_}").show()
            sys.exit(Failure.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("tmf-server: interrupted", err=True)
            sys.exit(130)
        sys.exit(result if isinstance(result, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        from sqlalchemy.exc import DatabaseError, OperationalError

        try:
            return super().invoke(ctx)
        except Problem as problem:
            if isinstance(problem.__cause__, OperationalError):
                raise Failure(f"the database cannot be used: {problem.__cause__.orig}") from problem
            raise Failure(f"{problem.reason} {problem.message}".strip()) from problem
        except DatabaseError as error:
            if type(error) not in (OperationalError, DatabaseError):  # a wrong statement, no fault of the database
                raise
            raise Failure(f"the database cannot be used: {error.orig}") from error
        except OSError as error:
            raise Failure(str(error)) from error


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of the environment, with the options of the command taking precedence."""
    _refuse_unknown(environment())
    with told():
        return Settings.from_environment(environment(), **overrides)


def _refuse_unknown(variables: Iterable[str]) -> None:
    # A misspelt setting would keep its default in silence.
    known = [one.variable for one in declared()]
    for name in variables:
        if name.startswith("TMF_") and name not in known and not name.startswith(OTHERS):
            near = get_close_matches(name.removeprefix("TMF_"), [one.removeprefix("TMF_") for one in known], 1)
            meant = f"Did you mean TMF_{near[0]}? " if near else ""
            raise Failure(f"{name}: there is no such setting. {meant}`tmf-server settings` lists them all.")


@contextmanager
def opened(settings: Settings) -> Iterator["Services"]:
    """Open the services on the database; create and migrate the database to the newest schema first."""
    from tmf_server.storage.connection.migrate import upgrade

    with _services(settings) as services:
        upgrade(services.database)
        yield services


@contextmanager
def opened_as_it_is(settings: Settings) -> Iterator["Services"]:
    """Open the services on a database without creating or migrating it. Failure for a missing or outdated database."""
    from tmf_server.storage.connection.migrate import lacking

    require_file(settings)
    with _services(settings) as services:
        wrong = lacking(services.database)
        if wrong is not None:
            raise Failure(f"the database {shown(settings)} {wrong}")
        yield services


@contextmanager
def _services(settings: Settings) -> Iterator["Services"]:
    from tmf_server.app import create_services
    from tmf_server.observability import logs

    logs.configure(settings)
    with told():
        services = create_services(settings)
    try:
        yield services
    finally:
        services.database.close()


def require_file(settings: Settings) -> None:
    """Raise Failure for a missing SQLite file, since opening would create an empty database."""
    from tmf_server.storage.connection.database import missing_file

    with told():
        file = missing_file(settings.database.database_url)
    if file is not None:
        raise Failure(
            f"there is no database {file.absolute()}. TMF_DATABASE_URL names another; `tmf-server serve` and "
            "`tmf-server db upgrade` make one."
        )


def shown(settings: Settings) -> str:
    """Return the URL of the database without its password."""
    from tmf_server.storage.connection.database import database_url

    with told():
        return database_url(settings.database.database_url).render_as_string(hide_password=True)


@contextmanager
def opened_records(settings: Settings) -> Iterator[tuple["Database", "BulkRecords"]]:
    """Open the migrated database and the write path without events; leaves out the services of requests."""
    from tmf_server.apis.registration import create_registry
    from tmf_server.storage.connection.migrate import upgrade
    from tmf_server.storage.write.bulk import BulkRecords

    with opened_database(settings) as database:
        with told():
            registry = create_registry(settings)
        upgrade(database)
        yield database, BulkRecords(registry, settings, database.dialect)


@contextmanager
def opened_database(settings: Settings) -> Iterator["Database"]:
    """Open the database alone, without a migration."""
    from tmf_server.observability import logs
    from tmf_server.storage.connection.database import Database

    logs.configure(settings)
    with told():
        database = Database(settings)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def told() -> Iterator[None]:
    """Turn a ValueError of the settings into a Failure."""
    try:
        yield
    except ValueError as error:
        raise Failure(str(error)) from error


@click.command("settings")
def show_settings() -> None:
    """List all settings with their present values; a star marks a value other than the default."""
    settings = read_settings()
    given = settings.variables()
    for _, name, default, _ in declared():
        secret = name in ("TMF_WEBHOOK_SECRET", "TMF_DATABASE_URL") and name in given
        value = "(set)" if secret else given.get(name, default)
        click.echo(f"{'*' if name in given else ' '} {name}={value}")
