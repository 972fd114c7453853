"""The locks pin what pyproject.toml asks for, and the wheel carries what the server needs at run time."""

import ast
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tmf_server import resources

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FIND_DATA = "from tmf_server import resources; print(resources.openapi_dir(), resources.migrations_dir(), sep='\\n')"


def locked(name: str) -> dict[str, str]:
    """Return the version of each package in the lock `name`, by its canonical name."""
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    pins = [Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum()]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built, unpacked = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(unpacked)
    return unpacked


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("runtime.lock", PROJECT["dependencies"]),
        ("dev.lock", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["conformance"]]),
    ],
)
def test_a_lock_satisfies_what_the_project_asks_for(lock: str, requirements: list[str]) -> None:
    pins = locked(lock)
    wanted = [Requirement(text) for text in requirements]
    unmet = [str(want) for want in wanted if pins.get(canonicalize_name(want.name), "") not in want.specifier]
    assert unmet == [], "run `make lock`"


def test_the_server_is_tested_with_the_versions_that_it_runs_with() -> None:
    runtime, dev = locked("runtime.lock"), locked("dev.lock")
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("name", ["requirements/runtime.lock", "requirements/dev.lock", "pyproject.toml"])
def test_no_lock_says_where_packages_come_from(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock"])
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = (ROOT / "requirements" / name).read_text().replace("\\\n", "").splitlines()
    assert [entry.split()[0] for entry in entries if entry[:1].isalnum() and "--hash=sha256:" not in entry] == []


def test_a_checkout_finds_its_data() -> None:
    assert resources.openapi_dir() == ROOT / "openapi"
    assert resources.migrations_dir() == ROOT / "migrations"


def test_missing_data_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resources, "_INSTALLED", tmp_path / "installed")
    monkeypatch.setattr(resources, "_CHECKOUT", tmp_path / "checkout")
    with pytest.raises(FileNotFoundError, match="reinstall tmf-server"):
        resources.openapi_dir()


def test_an_installed_wheel_finds_its_data(unpacked_wheel: Path) -> None:
    # -S keeps the checkout, which the environment puts on the path, out of sight.
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(unpacked_wheel)!r}); {FIND_DATA}"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    openapi, migrations = map(Path, answer.stdout.split())
    assert openapi == unpacked_wheel / "tmf_server" / "_data" / "openapi"
    assert migrations == unpacked_wheel / "tmf_server" / "_data" / "migrations"


def test_the_wheel_carries_the_same_files_as_the_checkout(unpacked_wheel: Path) -> None:
    data = unpacked_wheel / "tmf_server" / "_data"
    for folder in ("openapi/v4", "openapi/v5", "migrations/versions"):
        here = sorted(path.name for path in (ROOT / folder).iterdir() if path.suffix in {".yaml", ".py"})
        assert sorted(path.name for path in (data / folder).iterdir()) == here
        assert here
    assert (unpacked_wheel / "tmf_server" / "py.typed").is_file()
    assert (unpacked_wheel / "tmf_conformance" / "__init__.py").is_file()
    [licences] = unpacked_wheel.glob("*.dist-info/licenses")
    assert {path.name for path in licences.iterdir()} == {"LICENSE", "NOTICE"}


def declared(names: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(name).name) for name in names}


def imported(folder: str) -> dict[str, str]:
    """The packages that the modules below a folder import, each with a module that does."""
    found: dict[str, str] = {}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.partition(".")[0]: path.name for name in names}
    return {name: where for name, where in found.items() if name not in sys.stdlib_module_names}


def test_every_package_that_is_imported_is_asked_for() -> None:
    server = declared(PROJECT["dependencies"])
    suite = server | declared(PROJECT["optional-dependencies"]["conformance"])
    # it is pytest that loads the module that imports pytest
    own = {"tmf_server", "tmf_conformance", "tmf_double", "pytest"}
    providers = packages_distributions()
    for folder, known in (("src", server), ("conformance", suite)):
        missing = {
            name: where
            for name, where in imported(folder).items()
            if name not in own and known.isdisjoint(map(canonicalize_name, providers[name]))
        }
        assert missing == {}, "declare it in pyproject.toml and run `make lock`"
