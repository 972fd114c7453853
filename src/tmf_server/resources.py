"""Where the files that come with the code lie, in a checkout and in an installed wheel. Reads nothing."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"
_CHECKOUT = _PACKAGE.parents[1]


def openapi_dir() -> Path:
    """Return the folder of the OpenAPI documents, with one subfolder per version (`v4`, `v5`)."""
    return _find("openapi")


def migrations_dir() -> Path:
    """Return the folder of the Alembic environment (`env.py` and `versions/`)."""
    return _find("migrations")


def _find(name: str) -> Path:
    for folder in (_INSTALLED / name, _CHECKOUT / name):
        if folder.is_dir():
            return folder
    message = (
        f"the folder {name!r} is neither in {_INSTALLED} nor in {_CHECKOUT}: "
        "reinstall tmf-server, or run it from a complete checkout"
    )
    raise FileNotFoundError(message)
