"""Migrates a database to the present schema, and compares the revisions. Runs Alembic in process.

Alembic is loaded only for a migration: loading takes longer than the whole work of most commands.
"""

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, MetaData, column, inspect, select, table

from tmf_server.errors import Conflict
from tmf_server.resources import migrations_dir
from tmf_server.storage.connection.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

log = structlog.get_logger(__name__)
STAMP = table("alembic_version", column("version_num"))
LOCK = 7_230_620  # PostgreSQL's advisory lock: one process migrates, all more wait


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to the revision; processes starting at once wait for each other.

    Raises Conflict for a database made by a newer version of the server.
    """
    if revision == "head":
        found = current(database)
        if found == head():
            return
        if found is not None and found > head():
            raise Conflict(f"The database {_newer(found)}.")
    from alembic import command

    with database.engine.connect() as connection:
        _lock(connection)
        before = _revision(connection)
        command.upgrade(_config(connection), revision)
        after = _revision(connection)
        connection.commit()
    if after != before:
        log.info("database migrated", before=before, after=after)


def downgrade(database: Database, revision: str) -> None:
    """Migrate down to the revision (`base` removes everything)."""
    from alembic import command

    with database.engine.connect() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)
        connection.commit()


def current(database: Database) -> str | None:
    """Return the revision of the database, None for an empty database."""
    with database.read() as connection:
        return _revision(connection)


def lacking(database: Database) -> str | None:
    """Return the reason why the server cannot use the database in the present state, None for a usable database."""
    found, newest = current(database), head()
    if found == newest:
        return None
    if found is not None and found > newest:
        return _newer(found)
    return f"is at {'revision ' + found if found else 'no revision'}, not {newest}; run: tmf-server db upgrade"


def _newer(found: str) -> str:
    return f"is at revision {found}, made by a newer version of tmf-server; this one knows {head()}"


def head() -> str:
    """Return the newest revision in the code: the names of the migrations begin with the revision, in order."""
    return max(path.name.partition("_")[0] for path in (migrations_dir() / "versions").glob("[0-9]*.py"))


def differences(database: Database, models: MetaData) -> list[str]:
    """Return the differences of the database from the models."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(entry) for entry in compare_metadata(context, models)]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(STAMP.name):
        return None
    found: str | None = connection.scalar(select(STAMP.c.version_num))
    return found


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
