"""How large and how plain the code is: python -m tools.sizes [FOLDER ...]. Reads files, runs nothing.

Prints one row for each folder: the median file and function, nine of ten functions, the longest function, the share of
pointing words in docstrings and comments, and the share of private helpers that one place calls. With --pointing or
--single, fails when a share is above the number of percent and names the places that add most.
"""

import argparse
import ast
import io
import re
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "tmf_server"
POINTING = frozenset(
    {
        "what",
        "that",
        "which",
        "those",
        "one",
        "ones",
        "it",
        "its",
        "there",
        "such",
        "who",
        "whom",
        "whose",
        "other",
        "others",
        "this",
        "these",
        "they",
        "them",
        "their",
        "he",
        "she",
    }
)
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
CODE = re.compile(r"`[^`]*`")
MOST_NAMED = 15

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Sizes:
    """The figures of one folder: lengths in lines, words counted, helpers by the number of places that call them."""

    files: list[int] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    pointing: Counter[str] = field(default_factory=Counter)
    helpers: dict[str, int] = field(default_factory=dict)

    @property
    def pointing_share(self) -> float:
        """Pointing words in percent of all words of docstrings and comments."""
        return 100 * self.pointing.total() / max(1, self.words.total())

    @property
    def single(self) -> list[str]:
        """The private helpers that exactly one place calls."""
        return [name for name, calls in self.helpers.items() if calls == 1]

    @property
    def single_share(self) -> float:
        """Private helpers called from one place in percent of all functions."""
        return 100 * len(self.single) / max(1, len(self.functions))


def measure(folder: Path) -> Sizes:
    """Measure every Python file below the folder."""
    sizes = Sizes()
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, str(path))
        functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
        sizes.files.append(len(text.splitlines()))
        sizes.functions += [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]
        found = [word.lower() for prose in (*_docstrings(tree), *_comments(text)) for word in _words(prose)]
        sizes.words[str(path)] = len(found)
        sizes.pointing[str(path)] = sum(word in POINTING for word in found)
        sizes.helpers |= {
            f"{path}:{node.lineno} {node.name}": _uses(tree, node) for node in functions if _private(node)
        }
    return sizes


def _docstrings(tree: ast.AST) -> Iterator[str]:
    """Every text that stands alone as a statement: docstrings, and those below an attribute or a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def _comments(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def _words(prose: str) -> list[str]:
    return WORD.findall(CODE.sub(" ", prose))


def _private(node: Function) -> bool:
    return node.name.startswith("_") and not node.name.endswith("__")


def _uses(tree: ast.AST, function: Function) -> int:
    """How many places of the module name the function, outside its own body."""
    own = {id(node) for node in ast.walk(function)}
    named = (node for node in ast.walk(tree) if id(node) not in own)
    return sum(
        (isinstance(node, ast.Name) and node.id == function.name)
        or (isinstance(node, ast.Attribute) and node.attr == function.name)
        for node in named
    )


def rows(folders: Sequence[Path]) -> Iterator[str]:
    """The table of the figures, in Markdown."""
    yield "| folder | median file | median function | nine of ten | longest | pointing words | helpers called once |"
    yield "|---|---|---|---|---|---|---|"
    for folder in folders:
        sizes = measure(folder)
        lengths = sorted(sizes.functions) or [0]
        nine = lengths[int(0.9 * len(lengths))]
        figures = (
            f"{statistics.median(sizes.files or [0]):.0f}",
            f"{statistics.median(lengths):.0f}",
            str(nine),
            str(lengths[-1]),
            f"{sizes.pointing_share:.1f} %",
            f"{sizes.single_share:.1f} %",
        )
        yield f"| {folder.name} | {' | '.join(figures)} |"


def complaints(folder: Path, pointing: float | None, single: float | None) -> Iterator[str]:
    """What is above its bound, with the places that add most to it."""
    sizes = measure(folder)
    if pointing is not None and sizes.pointing_share > pointing:
        yield f"{folder}: {sizes.pointing_share:.2f} % of the words in docstrings and comments point, {pointing} % may."
        yield from (f"  {number} in {path}" for path, number in sizes.pointing.most_common(MOST_NAMED))
    if single is not None and sizes.single_share > single:
        yield f"{folder}: {sizes.single_share:.1f} % of the functions are helpers called once, {single} % may be."
        yield from (f"  {name}" for name in sizes.single[:MOST_NAMED])


def main(arguments: Sequence[str]) -> int:
    """Print the table, or what is above its bound."""
    parser = argparse.ArgumentParser(prog="python -m tools.sizes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[HOUSE])
    parser.add_argument("--pointing", type=float, help="the most percent of pointing words")
    parser.add_argument("--single", type=float, help="the most percent of private helpers called once")
    chosen = parser.parse_args(arguments)
    if chosen.pointing is None and chosen.single is None:
        print("\n".join(rows(chosen.folders)))  # noqa: T201
        return 0
    found = [line for folder in chosen.folders for line in complaints(folder, chosen.pointing, chosen.single)]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")  # noqa: T201
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
