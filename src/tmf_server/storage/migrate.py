"""Brings a database to the present schema, and says whether it is there. Runs Alembic in process."""

import structlog
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tmf_server.model.everything import metadata
from tmf_server.resources import migrations_dir
from tmf_server.storage.database import Database

log = structlog.get_logger(__name__)
LOCK = 7_230_620  # PostgreSQL's advisory lock: one process migrates, the others wait


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to the revision; processes that start at once wait for each other."""
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
    with database.engine.connect() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)
        connection.commit()


def current(database: Database) -> str | None:
    """The revision that the database is at, None when it is empty."""
    with database.read() as connection:
        return _revision(connection)


def head() -> str:
    """The newest revision that the code knows."""
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


def differences(database: Database) -> list[str]:
    """Where the database and the models differ; nothing when they agree."""
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(entry) for entry in compare_metadata(context, metadata)]


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
