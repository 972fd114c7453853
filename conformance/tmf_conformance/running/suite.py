"""A whole run: reach the servers, run the checks, clean up, sum up. Prints nothing."""

import asyncio
import datetime as dt
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import tmf_conformance.checks  # noqa: F401  fills the table of checks
from tmf_conformance.documents.document import Document
from tmf_conformance.errors import CannotRun, NoAnswer
from tmf_conformance.generating.generation import FULL, QUICK, available, generate
from tmf_conformance.generating.overlay import narrowed
from tmf_conformance.http.client import Client, Exchange, Limits, Meter, open_network
from tmf_conformance.http.listener import Listener
from tmf_conformance.http.wire import Wire
from tmf_conformance.lifecycles import Lifecycles
from tmf_conformance.running import usage
from tmf_conformance.running.results import Report, Result
from tmf_conformance.running.runner import Progress, clean_up, plan, run_all
from tmf_conformance.running.session import ApiSession, Options
from tmf_conformance.running.stock import Payloads

_PROBE = 10.0


@dataclass(frozen=True)
class Target:
    """One API to check: its document and the URL under which it is served."""

    document: Document
    url: str


@dataclass
class Suite:
    """What a run needs. `wire` replaces the network (for a server in the same process)."""

    targets: list[Target]
    lifecycles: Lifecycles
    options: Options = field(default_factory=Options)
    limits: Limits = field(default_factory=Limits)
    payloads: Path | None = None
    callback_host: str = ""
    wire: Wire | None = None

    async def run(self, progress: Progress | None = None, planned: Callable[[int], None] | None = None) -> Report:
        """All checks of all targets. CannotRun when a server cannot be judged at all."""
        report = Report(
            ", ".join(dict.fromkeys(t.url for t in self.targets)), depth=self.options.depth, seed=self.options.seed
        )
        report.started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        started, before = time.perf_counter(), usage.of()
        listener = Listener(self.callback_host)
        async with aclosing(self.wire or open_network(self.limits, self.options.concurrency * 2)) as wire:
            meter = Meter()
            sessions = self._sessions(wire, meter, listener)
            for session in sessions:
                await probe(session.client, session.document, self.limits)
            await listener.start(self.targets[0].url)
            jobs = [job for session in sessions for job in plan(session)]
            if planned:
                planned(len(jobs))
            with self._generating(sessions, report, any(job.check.group == "contract" for job in jobs)):
                await self._checked(sessions, report, progress or _silent, listener)
            report.requests, report.seconds = meter.requests, time.perf_counter() - started
        note_usage(report, "suite", before=before.cpu_seconds if before else 0.0)
        return report

    @contextmanager
    def _generating(self, sessions: list[ApiSession], report: Report, wanted: bool) -> Iterator[None]:
        """One process that makes the requests of the contract checks while the others run."""
        if not wanted:
            yield
            return
        available()
        depth = FULL if self.options.full else QUICK
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        try:
            for session in sessions:
                content = json.dumps(narrowed(session.document))
                session.generated = asyncio.wrap_future(pool.submit(generate, content, depth))
            yield
        finally:
            processes = list((getattr(pool, "_processes", None) or {}).values())
            for process in processes:
                note_usage(report, "generation", process.pid)
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()

    async def _checked(
        self, sessions: list[ApiSession], report: Report, progress: Progress, listener: Listener
    ) -> None:
        done: list[Result] = []

        def note(result: Result) -> None:
            done.append(result)
            progress(result)

        try:
            async with asyncio.timeout(self.options.time_limit):
                report.results = await run_all(sessions, self.options, note)
        except asyncio.CancelledError:
            report.results, report.interrupted = done, "interrupted"
        except TimeoutError:
            report.results = done
            report.interrupted = f"not done within {self.options.time_limit:g} s"
        finally:
            # An interruption must not leave records behind: the cleaning is shielded and bounded by itself.
            await asyncio.shield(clean_up(sessions, report))
            await listener.stop()

    def _sessions(self, wire: Wire, meter: Meter, listener: Listener) -> list[ApiSession]:
        payloads = Payloads(self.payloads)
        return [
            ApiSession(
                t.document,
                Client(wire, t.url, self.limits, meter, self.options.headers),
                self.options,
                self.lifecycles,
                payloads,
                listener,
            )
            for t in self.targets
        ]


def note_usage(report: Report, name: str, process: int | None = None, before: float = 0.0) -> None:
    """Note what a process has cost beyond `before` CPU seconds, where the system tells."""
    used = usage.of(process)
    if used:
        report.usage[name] = usage.Usage(used.cpu_seconds - before, used.peak_megabytes)


def _silent(_: Result) -> None:
    return None


async def probe(client: Client, document: Document, limits: Limits) -> None:
    """Whether there is such an API at this URL; CannotRun with one line that says what there is instead."""
    paths = [noun.path for noun in document.nouns if noun.has("list")]
    answers = []
    for path in paths[:3]:
        seconds = min(_PROBE, limits.request)
        try:
            async with asyncio.timeout(seconds):
                answers.append(await client.send("GET", path, params={"limit": "1"}))
        except (NoAnswer, TimeoutError) as error:
            reason = str(error) or f"GET {client.url(path)}: no answer within {seconds:g} s"
            raise CannotRun(f"{document.title}: {reason}") from error
        if answers[-1].status < 400:
            break
    _judge(client, document, answers)


def _judge(client: Client, document: Document, answers: list[Exchange]) -> None:
    where = f"{document.title} at {client.base}"
    for exchange in answers:
        kind = exchange.header("content-type")
        if exchange.status in (401, 403):
            raise CannotRun(
                f"{where}: the server answers {exchange.status}; give a token with --header 'Authorization: Bearer …'"
            )
        if "html" in kind or (exchange.status == 200 and not exchange.is_json and exchange.json is None):
            raise CannotRun(
                f"{where}: {exchange.url} answers {kind or 'no content type'}, no JSON; is this the base path?"
            )
    if answers and all(exchange.status == 404 for exchange in answers):
        raise CannotRun(f"{where}: {answers[0].url} answers 404; is this the base path of the API?")
    if answers and 300 <= answers[-1].status < 400:
        raise CannotRun(
            f"{where}: {answers[-1].url} redirects to {answers[-1].header('location')}; give that base path"
        )
