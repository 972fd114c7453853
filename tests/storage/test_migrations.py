"""Migrations: the newest is known without Alembic, and only a database that is behind needs it."""

import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from tmf_server.resources import migrations_dir
from tmf_server.storage.connection import migrate

SLOW_TO_LOAD = ("alembic", "psycopg")
START = f"""
import sys
from tmf_server.app import create_app
from tmf_server.cli.serving import prepare
from tmf_server.config import Settings

settings = Settings.from_environment({{"TMF_DATABASE_URL": sys.argv[1], "TMF_STORAGE_DIR": sys.argv[2]}})
prepare(settings)
create_app(settings)
print(*(name for name in {SLOW_TO_LOAD!r} if name in sys.modules))
"""


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_dir()))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.head()]


def test_only_the_first_start_loads_alembic_and_none_on_sqlite_psycopg(tmp_path: Path) -> None:
    arguments = [sys.executable, "-W", "ignore", "-c", START, f"sqlite:///{tmp_path / 'x.db'}", str(tmp_path / "files")]
    loaded = [subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.split() for _ in range(2)]
    assert loaded == [["alembic"], []]
