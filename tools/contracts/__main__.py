"""Command line: python -m tools.contracts REFERENCE [--check]. Says what is missing; writes only a complete set."""

import argparse
import sys
from pathlib import Path

import yaml

from tools.contracts.document import build, printed, read_yaml
from tools.contracts.glossary import Glossary, GlossaryError, read
from tools.contracts.reference import CorrectionError, load


def main(arguments: list[str] | None = None) -> int:
    """Exit 0: written (or, with --check, as on disk); 1: words missing or unused, or files out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.contracts", description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=Path, help="folder with v4/TMF620.json, v5/TMF620.yaml and so on")
    parser.add_argument("--openapi", type=Path, default=Path("openapi"), help="folder of our documents (openapi)")
    parser.add_argument("--only", default="*", help="documents to write, as a pattern: v5/TMF620, */TMF62*")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file would change")
    parser.add_argument("--draft", action="store_true", help="write although words are missing")
    args = parser.parse_args(arguments)
    try:
        glossary = read(args.openapi / "glossary")
        texts = documents(args.reference, args.openapi, args.only, glossary)
    except (GlossaryError, CorrectionError, OSError, yaml.YAMLError) as error:
        sys.stderr.write(f"contracts: {error}\n")
        return 1
    problems = [f"no words for {name}" for name in sorted(glossary.missing)]
    if args.only == "*":
        problems += [f"unused: {entry}" for entry in glossary.unused()]
    if args.check:
        problems += [f"out of date: {path}" for path, text in texts.items() if _on_disk(path) != text]
    elif args.draft or not problems:
        _write(texts)
    summary = f"{len(texts)} documents, {len(problems)} problems"
    sys.stdout.write("".join(f"{line}\n" for line in [*problems, summary]))
    return 1 if problems else 0


def documents(reference: Path, openapi: Path, only: str, glossary: Glossary) -> dict[Path, str]:
    """The text of every document that has a reference and words of its own, by the path it belongs to."""
    sources = {f"{path.parent.name}/{path.stem}": path for path in sorted(reference.glob("v*/TMF*"))}
    ours = {name: path for name, path in sources.items() if glossary.document(path.stem)}
    corrections = read_yaml(openapi / "corrections.yaml") or []
    _refuse_lost("corrections.yaml", {one["document"] for one in corrections} - ours.keys())
    examples = {f"{path.parent.name}/{path.stem}": path for path in openapi.glob("examples/v*/*")}
    _refuse_lost("examples", examples.keys() - ours.keys())
    texts = {}
    for name, path in ours.items():
        if Path(name).match(only):
            shown = read_yaml(examples[name]) if name in examples else None
            texts[openapi / f"{name}.yaml"] = printed(build(load(path, corrections), glossary, shown or {}))
    return texts


def _refuse_lost(where: str, names: set[str]) -> None:
    if names:
        raise GlossaryError(f"{where}: no such documents: {', '.join(sorted(names))}")


def _write(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _on_disk(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
