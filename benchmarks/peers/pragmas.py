"""How each peer opens SQLite: with the durability that the server has in the same run. Opens nothing."""

from tmf_server.config import Settings, environment

SYNCHRONOUS = Settings.from_environment(environment()).database.sqlite_synchronous
PRAGMAS = ("PRAGMA journal_mode=WAL", f"PRAGMA synchronous={SYNCHRONOUS}")
