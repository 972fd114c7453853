"""The page of the documentation, made from the figures of one run or several. `python -m benchmarks.page` writes it."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.goals import goals
from benchmarks.report import Facts, tables

PAGE = """# Benchmarks

<!-- Generated: python -m benchmarks --docs, or python -m benchmarks.page -->

How many requests a second this server answers, beside the least that could be done and beside the usual ways to write
such a server. In a run, all servers are measured in turns on one machine and one database with the same records. The
load comes from wrk on the same machine: it takes its share of the cores, and with several processes the servers and
the database share them, too.

## What is compared

| name | what it is |
|---|---|
| this server | as it is started by default, the worker that delivers events off; v5 and v4 of one API are served |
| this server, nothing kept | the same with `TMF_SHOWN_BYTES=0` |
| (a) bare | the limit: an ASGI function of a few lines with the database's own driver: no framework, no validation |
| (b) usual | FastAPI, pydantic models and the SQLAlchemy ORM |
| (c) tuned | FastAPI with an async driver; stored text is passed through, pydantic checks only what comes in |

- Each document has 3 to 5 kB, with references and characteristics, or items, as an operator's have.
- A POST writes the same rows everywhere: the record with its typed columns, references, characteristics, the rows of
  its items, the count, and the event. A test holds the peers to it. This server also checks the whole document against
  its schema and the rules of the noun, fills in links and gives an ETag; the peers check what their models say, (a)
  nothing.
- SQLite writes ahead (WAL, `synchronous={synchronous}`) for all; PostgreSQL is started for the run and waits for no
  disk (`fsync=off`, `synchronous_commit=off`), for all alike.
- GET reads random records by id. This server keeps what it showed last in memory, {shown} MiB in a process by default,
  and reads the record from the database all the same; "nothing kept" makes every answer anew from what it reads.
  No other server keeps anything.
- The list is the first page of 20. This server also tells the exact number of all (`X-Total-Count`) and links the next
  page (`Link`); the peers answer twenty documents and nothing else.
- The filter passes one record of ten. For it, too, this server counts what it finds and sends `Link` headers; the
  peers do neither.
- v4 differs from v5 in its shape, so that answers have to be made from the stored document.
{notes}
## Run it

    python -m benchmarks --docs docs/benchmarks/benchmarks.md

It needs wrk (Debian: `apt-get install wrk`) and a quiet machine. `--nouns`, `--servers`, `--connections`, `--seconds`
and `--rounds` choose what is measured; all figures, with medians, 99th percentiles and errors, are written as JSON
(`--out`). `--checkout DIR` measures the code of another checkout of this project beside it, on a database of its own
with the same records. `python -m benchmarks.page FILE... --docs docs/benchmarks/benchmarks.md` puts several runs on one
page.

## Where the time goes

Of the time of a POST on SQLite (cProfile, one thread) 12 % are the commit, 12 % the statements, 17 % finding
references, links and characteristics in the document, 27 % the rest of the write path (columns, defaults, the event),
7 % reading and checking the body; what is left are the answer, the thread that writes and the layers in front. Of the
time to start (2.8 s with all fourteen documents) seven tenths are imports: a third of them Connexion with what it
imports, a fifth SQLAlchemy; three tenths are checking the documents and making validators of them. On PostgreSQL each
read waits in a thread of its own, whose hand-over costs as much as a bare read. A process that reads from SQLite has
the file's pages in its memory (256 MiB at most), which the system takes back when it needs them.

## Figures

"""
NOTES = {
    "alarm": """- Each POST of an alarm reports another fault. This server looks for the alarm that it could repeat,
  and stores reports that arrive together in one transaction; the peers look for nothing.
""",
    "productOrder": """- The offerings that are ordered are not here, so that no order is assessed by the catalog.
""",
    "customerBill": """- A bill has no POST.
""",
}


def page(runs: Sequence[Facts]) -> str:
    """What is compared, and the tables of every run."""
    nouns = {noun for facts in runs for noun in facts["nouns"]}
    prose = PAGE.format(
        shown=runs[0]["shown_bytes"] // 2**20,
        synchronous=runs[0].get("synchronous", "normal").upper(),  # not told by figures from before it could be set
        notes="".join(text for noun, text in NOTES.items() if noun in nouns),
    )
    return prose + "\n".join(map(tables, runs)) + "\n" + goals(runs[0])


def main() -> None:
    """Write the page from files of figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("figures", nargs="+", type=Path, help="what python -m benchmarks --out has written")
    parser.add_argument("--docs", type=Path, default=Path("docs/benchmarks/benchmarks.md"))
    arguments = parser.parse_args()
    arguments.docs.write_text(page([json.loads(one.read_text()) for one in arguments.figures]))


if __name__ == "__main__":
    main()
