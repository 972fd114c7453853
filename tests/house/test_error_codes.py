"""The page on errors: a row for every code that can be answered, under the status that it is answered with."""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tmf_server import errors
from tmf_server.rest.http.failures import STATUS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "tmf_server").rglob("*.py"))
ROW = re.compile(r"^\| (\d+|as asked) \| `(\w+)` \|", re.MULTILINE)

ELSEWHERE = {("500", "internalError"), ("as asked", "injectedFault")}
"""Answers that no Problem tells of: a crash, and what a server for tests was asked for."""
IN_RECORDS = {"_message", "_error"}
"""Functions whose codes stand in records and are no answers."""


def test_the_page_on_errors_has_a_row_for_every_code_and_no_other() -> None:
    rows = set(ROW.findall((ROOT / "docs/guide/errors.md").read_text()))
    assert sorted(rows) == sorted(answered() | ELSEWHERE)


def test_every_problem_has_a_status() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Problem)}
    assert kinds - {errors.Problem} == set(STATUS)


def answered() -> set[tuple[str, str]]:
    """Status and code of every Problem that the code of the server makes."""
    found = {(str(status), kind.code) for kind, status in STATUS.items()}
    for path in SOURCES:
        found |= set(_in_module(path))
    return found - {("400", code) for code in _in_jobs()}


def _in_module(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text())
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func).rpartition(".")[2]
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, errors.Problem) and "code" in given:
            yield from ((str(STATUS[kind]), code) for code in _values(given["code"], path))
        elif name in _told_by() and call.args:
            yield from (("400", code) for code in _values(call.args[0], path))


@cache
def _told_by() -> set[str]:
    """Functions that take a code before all else, to be answered with 400."""
    texts = "".join(path.read_text() for path in SOURCES)
    return set(re.findall(r"def (\w+)\((?:self, )?code: str", texts)) - IN_RECORDS


def _in_jobs() -> set[str]:
    """Codes that stand in the errorLog of a job alone."""
    return {"brokenFile"}


def _values(node: ast.expr, path: Path) -> list[str]:
    """The code that an expression stands for; none where it is passed on from another call."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.Name) and node.id != "code":
        return [_global(path, node.id)]
    assert isinstance(node, ast.Name | ast.Attribute), f"{path}: {ast.unparse(node)} is no code that can be looked up"
    return []


def _global(path: Path, name: str) -> Any:
    module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    return vars(importlib.import_module(module))[name]
