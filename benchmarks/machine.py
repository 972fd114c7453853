"""What was measured on. Reads, changes nothing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = (
    "tmf-server",
    "uvicorn",
    "connexion",
    "SQLAlchemy",
    "psycopg",
    "fastapi",
    "pydantic",
    "aiosqlite",
    "asyncpg",
)


def machine() -> dict[str, str]:
    """Processor, cores, memory, system and Python."""
    return {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": _field("/proc/meminfo", "MemTotal"),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """What runs, by the name of the package."""
    return {name: version(name) for name in PACKAGES}


def _field(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
