"""Runs the checks side by side, bounded, and removes what they created, also after an interruption."""

import asyncio
import time
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from tmf_conformance.documents.document import Noun, Operation
from tmf_conformance.errors import Blocked, CannotRun, Inapplicable, NoAnswer, Unsupported
from tmf_conformance.http.client import Client
from tmf_conformance.running.registry import CHECKS, Check, Level, Scope
from tmf_conformance.running.results import Finding, Outcome, Report, Result
from tmf_conformance.running.session import ApiSession, Options
from tmf_conformance.running.trial import Stop, Trial

Progress = Callable[[Result], None]
_CLEANUP = 60.0


@dataclass(frozen=True)
class Job:
    """One check on one subject."""

    check: Check
    session: ApiSession
    noun: Noun | None
    operation: Operation | None

    @property
    def subject(self) -> str:
        if self.operation:
            return self.operation.title
        return self.noun.name if self.check.scope is Scope.NOUN and self.noun else "API"


def plan(session: ApiSession) -> list[Job]:
    """Every job of one API, in the order of the table of checks."""
    return [job for check in CHECKS.values() if _chosen(check, session.options) for job in _jobs(check, session)]


def _chosen(check: Check, options: Options) -> bool:
    if (check.full and not options.full) or (check.writes and options.read_only):
        return False
    if options.only and not check.id.startswith(options.only) and check.group not in options.only:
        return False
    return not (options.skip and (check.id.startswith(options.skip) or check.group in options.skip))


def _jobs(check: Check, session: ApiSession) -> Iterator[Job]:
    document = session.document
    fitting = [n for n in document.nouns if n.has(*check.needs) and (check.tasks or not n.is_task)]
    if check.scope is Scope.NOUN:
        yield from (Job(check, session, noun, None) for noun in fitting)
    elif check.scope is Scope.OPERATION:
        reads = ("get",) if session.options.read_only else ("get", "post", "patch", "put", "delete")
        yield from (
            Job(check, session, None, operation) for operation in document.operations if operation.method in reads
        )
    elif fitting:
        yield Job(check, session, fitting[0], None)


async def run_job(job: Job) -> Result:
    """One job to its end, whatever the server does."""
    trial = Trial(job.session, job.noun, job.operation)
    started = time.perf_counter()
    try:
        outcome, note = await _attempt(job.check, trial)
    finally:
        await trial.leave()
    if outcome is Outcome.FAILED and job.check.level is Level.RECOMMENDED:
        outcome = Outcome.ADVICE
    document = job.session.document
    seconds = time.perf_counter() - started
    return Result(
        job.check,
        document.api,
        document.version,
        job.subject,
        outcome,
        trial.findings,
        note,
        seconds,
        trial.requests,
    )


async def _attempt(check: Check, trial: Trial) -> tuple[Outcome, str]:
    note = ""
    try:
        await check.run(trial)
    except Stop:
        pass
    except Unsupported as reason:
        if not trial.findings:
            return Outcome.UNSUPPORTED, str(reason)
        note = str(reason)
    except Inapplicable as reason:
        trial.note = trial.note or str(reason)
    except Blocked as reason:
        if not trial.findings:
            return Outcome.BLOCKED, str(reason)
        note = str(reason)
    except NoAnswer as reason:
        trial.findings.append(Finding(str(reason), "an answer in time", None))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # The checks read answers as the document promises them; whatever does not fit is the server's finding.
        trial.fail(f"the answer has not the promised shape ({type(error).__name__}: {error})")
        where = traceback.extract_tb(error.__traceback__)[-1]
        note = f"noticed at {where.name}, line {where.lineno}"
    if trial.findings:
        return Outcome.FAILED, note
    return (
        Outcome.SKIPPED if trial.note and not trial.judged else Outcome.PASSED
    ), trial.note if not trial.judged else ""


async def run_all(sessions: list[ApiSession], options: Options, progress: Progress) -> list[Result]:
    """All jobs of all APIs, `options.concurrency` at a time. CannotRun when the server stops answering."""
    # Generated requests come last: they are made meanwhile.
    jobs = sorted((job for session in sessions for job in plan(session)), key=lambda job: job.check.group == "contract")
    results: list[Result] = []
    gate = asyncio.Semaphore(options.concurrency)
    waiting = Counter(job.session for job in jobs)

    async def one(job: Job) -> None:
        async with gate:
            result = await run_job(job)
        waiting[job.session] -= 1
        if not waiting[job.session]:
            job.session.forget()
        results.append(result)
        progress(result)

    meter = sessions[0].client.meter if sessions else None
    await _until_gone([one(job) for job in jobs], meter.gone if meter else asyncio.Event())
    if meter and meter.gone.is_set():
        raise CannotRun(f"the server stopped answering: {meter.last_silence}")
    order = {check_id: index for index, check_id in enumerate(CHECKS)}
    return sorted(results, key=lambda r: (r.api, r.version, order[r.check.id], r.subject))


async def _until_gone(work: list[Coroutine[Any, Any, None]], gone: asyncio.Event) -> None:
    """Run everything to its end, or until the server counts as gone; nothing is left running."""
    jobs = [asyncio.ensure_future(one) for one in work]
    everything = asyncio.ensure_future(asyncio.gather(*jobs))
    watch = asyncio.ensure_future(gone.wait())
    waiting: set[asyncio.Future[Any]] = {everything, watch}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if everything.done():
            everything.result()
    finally:
        for future in (*jobs, watch):
            future.cancel()
        await asyncio.gather(*jobs, everything, watch, return_exceptions=True)


async def clean_up(sessions: list[ApiSession], report: Report) -> None:
    """Delete what was created, newest first; twice, since a record may be in use by another one of ours."""
    for session in sessions:
        await session.settle()
        report.created += len(session.created)
        left = list(dict.fromkeys(reversed(session.created)))
        deletable = {n.path.rsplit("/", 1)[-1] for n in session.document.nouns if n.has("delete")} | {"hub"}
        try:
            async with asyncio.timeout(_CLEANUP):
                for _ in range(2):
                    left = await _delete(session.client, left, deletable)
        except TimeoutError:
            pass  # what is left is reported
        report.left_behind += left


async def _delete(client: Client, urls: list[str], deletable: set[str]) -> list[str]:
    gate = asyncio.Semaphore(8)

    async def one(url: str) -> str | None:
        if url.rsplit("/", 2)[-2] not in deletable:
            return url
        async with gate:
            try:
                exchange = await client.send("DELETE", url)
            except NoAnswer:
                return url
        return None if exchange.status in (200, 202, 204, 404, 410) else url

    return [url for url in await asyncio.gather(*(one(url) for url in urls)) if url]
