"""The house rules that no linter knows: sizes, folders, first lines, and which package may use which library."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tmf_server.apis import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "conformance", "tests", "benchmarks", "tools", "migrations")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400

FULLEST_FOLDER = 12
ROOMY = frozenset({"src/tmf_server", "src/tmf_server/apis"})
"""Folders that may have more: the top, where a package is a layer, and the list of families."""

HTTP = frozenset({"flask", "connexion", "starlette", "werkzeug", "httpx", "a2wsgi", "uvicorn"})
SQL = frozenset({"sqlalchemy", "sqlite3", "psycopg", "psycopg_pool", "alembic"})

FORBIDDEN = {
    "rules": HTTP | SQL,
    "processes": HTTP | SQL,
    "rest": SQL,
    "apis": HTTP | SQL,
    "model": HTTP,
    "storage": HTTP,
    "errors.py": HTTP | SQL,
    "config": HTTP | SQL,
    "contracts": HTTP | SQL,
}
"""What a part of the server may not import, so that its promise ("no HTTP, no SQL") holds."""


def python_files() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def packages() -> list[Path]:
    """The folders of modules that have to be easy to look through."""
    tops = [ROOT / name for name in ("src/tmf_server", "conformance", "tests")]
    found = {path.parent for top in tops for path in top.rglob("*.py")}
    return sorted(folder for folder in found if named(folder) not in ROOMY)


FILES = pytest.mark.parametrize("path", python_files(), ids=named)


@FILES
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    functions = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f"{node.name}: {lines(node)} lines" for node in functions if lines(node) > LONGEST_FUNCTION] == []


@FILES
def test_no_file_is_too_long_to_hold_in_mind(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("folder", packages(), ids=named)
def test_no_folder_is_too_full_to_look_through(folder: Path) -> None:
    modules = [path.name for path in folder.glob("*.py") if path.name not in ("__init__.py", "conftest.py")]
    below = [path.parent.name for path in folder.glob("*/__init__.py")]
    assert len(modules) <= FULLEST_FOLDER
    assert len(below) <= FULLEST_FOLDER


def test_every_family_is_in_the_list() -> None:
    families = {path.parent.name for path in (ROOT / "src" / "tmf_server" / "apis").glob("*/api.py")}
    assert sorted(FAMILIES) == sorted(families)


@FILES
def test_the_first_line_says_what_the_module_is(path: Path) -> None:
    docstring = ast.get_docstring(parsed(path))
    assert docstring, "write what the module is and what it may not do"
    assert path.read_text().startswith(('"""', 'r"""'))
    assert docstring.splitlines()[0].endswith((".", "?"))


@pytest.mark.parametrize("part", FORBIDDEN)
def test_a_part_imports_nothing_that_its_promise_excludes(part: str) -> None:
    place = ROOT / "src" / "tmf_server" / part
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    known = {"tables.py": SQL, "entities.py": SQL} if part == "apis" else {}
    found = {
        named(path): sorted(set(imported(path)) & FORBIDDEN[part] - known.get(path.name, frozenset())) for path in files
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_only_the_settings_read_the_environment() -> None:
    readers = [named(path) for path in (ROOT / "src").rglob("*.py") if reads_environment(path)]
    assert [path for path in readers if path != "src/tmf_server/config/settings.py"] == []


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def reads_environment(path: Path) -> bool:
    """Tell whether the module uses `os.environ` or `os.getenv`, as an attribute or by importing the name."""
    names = {"environ", "environb", "getenv", "getenvb"}
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "os":
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names}:
            return True
    return False
