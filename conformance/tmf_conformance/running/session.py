"""What the checks of one API share: client, bodies, records, listener, and the list of what must be removed."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tmf_conformance.documents.compare import PROCESS_SET
from tmf_conformance.documents.document import Document, Noun, Operation
from tmf_conformance.documents.schemas import Node
from tmf_conformance.documents.validation import Validator
from tmf_conformance.errors import Blocked, Inapplicable, NoAnswer
from tmf_conformance.generating.bodies import RICH, Bodies
from tmf_conformance.generating.generation import Case
from tmf_conformance.http.client import Client, Exchange
from tmf_conformance.http.listener import Listener
from tmf_conformance.lifecycles import Lifecycle, Lifecycles
from tmf_conformance.running.stock import LEVELS, Payloads, Stock, mark_attribute, varied
from tmf_conformance.running.trial import Trial

# The numbers of the shared records, out of order: a list in the order of creation must not look sorted.
_STOCK = (5, 2, 7, 0, 3, 6, 1, 4)
_TASKS = (2, 0, 1)
_FOUND = 25


@dataclass(frozen=True)
class Options:
    """What the user chose. Seconds for `event_timeout`."""

    depth: str = "quick"
    read_only: bool = False
    seed: str = "seed"
    event_timeout: float = 10.0
    retry_timeout: float = 30.0
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    concurrency: int = 8
    headers: dict[str, str] = field(default_factory=dict)
    time_limit: float | None = None  # seconds for all checks; None for as long as they take

    @property
    def full(self) -> bool:
        return self.depth == "full"


class ApiSession:
    """The shared state of one API under test."""

    def __init__(  # noqa: PLR0917  what a run has, each once
        self,
        document: Document,
        client: Client,
        options: Options,
        lifecycles: Lifecycles,
        payloads: Payloads,
        listener: Listener,
    ) -> None:
        self.document, self.client, self.options = document, client, options
        self.listener = listener
        self.validator = Validator(document.schemas)
        self._lifecycles, self._payloads = lifecycles, payloads
        known = {(n.name, m.attribute): m.known for n in document.nouns if (m := lifecycles.find(document, n))}
        self.bodies = Bodies(document, f"{options.seed}-{document.title}", known)
        self.created: list[str] = []
        self.in_flight: set[asyncio.Future[Exchange]] = set()
        self.observations: dict[str, Any] = {}
        self.generated: asyncio.Future[dict[str, list[Case]]] | None = None
        self._numbers = count(1000)
        self._levels: dict[str, int] = {}
        self._stocks: dict[str, Stock | Blocked | Inapplicable] = {}
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # --- what must be removed again

    async def post(self, asking: Coroutine[Any, Any, Exchange]) -> Exchange:
        """A POST that is noted when it has made a record, also when the check that sent it is over by then."""
        task = asyncio.ensure_future(asking)
        self.in_flight.add(task)
        task.add_done_callback(self._landed)
        return await asyncio.shield(task)

    def _landed(self, task: "asyncio.Future[Exchange]") -> None:
        self.in_flight.discard(task)
        if not task.cancelled() and task.exception() is None and task.result().status < 300:
            self.remember(task.result())

    async def settle(self) -> None:
        """Wait for the requests that an interruption has left under way."""
        if self.in_flight:
            await asyncio.wait(set(self.in_flight))

    def remember(self, exchange: Exchange) -> None:
        """Note a created record by its id under the collection that was asked, else by its Location."""
        body = exchange.json
        path = urlsplit(exchange.url)._replace(query="", fragment="").geturl().rstrip("/")
        if isinstance(body, dict) and isinstance(body.get("id"), str | int):
            self.created.append(f"{path}/{body['id']}")
        elif exchange.header("location"):
            location = exchange.header("location")
            self.created.append(location if "://" in location else f"{path}/{location.rsplit('/', 1)[-1]}")

    def forget(self) -> None:
        """Let go of what only checks need: a run over many documents holds the validators of few at a time."""
        self.observations.clear()
        self._stocks.clear()
        self.generated = None
        self.validator = Validator(self.document.schemas)

    # --- generated requests

    async def cases(self, operation: Operation) -> list[Case]:
        """The generated requests of an operation. Blocked when the run has no generator."""
        if self.generated is None:
            raise Blocked("no requests were generated")
        found = await self.generated
        return [case for case in found.get(operation.title, []) if not self.options.read_only or case.method == "GET"]

    # --- lifecycles

    def lifecycle(self, noun: Noun) -> Lifecycle | None:
        return self._lifecycles.find(self.document, noun)

    # --- bodies and records

    def number(self) -> int:
        return next(self._numbers)

    async def body(self, trial: Trial, noun: Noun | None = None) -> Node:
        """A fresh body of the richest level that the server took for this noun."""
        noun = noun or trial.noun
        await self.level(trial, noun)
        return await self._body(trial, noun, self.number(), self._levels[noun.path])

    async def level(self, trial: Trial, noun: Noun) -> int:
        """The richest level of body that the server accepts; found once per noun. Blocked when it takes none."""
        async with self.locks[f"level {noun.path}"]:
            if noun.path not in self._levels:
                self._levels[noun.path] = await self._find_level(trial, noun)
        return self._levels[noun.path]

    async def _find_level(self, trial: Trial, noun: Noun) -> int:
        said = ""
        for level in LEVELS:
            body = await self._body(trial, noun, self.number(), level)
            exchange = await trial.send("POST", noun.path, body=body)
            if exchange.status < 300:
                return level
            said = f"{exchange.status}: {exchange.text[:200]}"
        raise Blocked(f"POST {noun.path} takes no generated body; the last answer is {said}")

    async def _body(self, trial: Trial, noun: Noun, number: int, level: int) -> Node:
        own = self._payloads.find(self.document, noun)
        body = varied(own, number) if own else self.bodies.create(noun, number, level)
        if not own and noun.is_task:
            await self._real_references(trial, noun, body)
        return body

    async def _real_references(self, trial: Trial, noun: Noun, body: Node) -> None:
        """A task is about records that exist: what it must name is made first."""
        schemas = self.document.schemas
        for name in schemas.required(noun.body_schema("create")) & body.keys():
            target = next((n for n in self.document.nouns if n.has("create", "delete") and refers_to(name, n)), None)
            if target is None or name.endswith("Pattern"):
                continue
            exchange = await trial.send("POST", target.path, body=await self.body(trial, target))
            if exchange.status == 201 and isinstance(exchange.json, dict):
                for reference in body[name] if isinstance(body[name], list) else [body[name]]:
                    reference["id"] = exchange.json["id"]

    async def stock(self, trial: Trial) -> Stock:
        """The shared records of the trial's noun; made or found on first use."""
        noun = trial.noun
        async with self.locks[f"stock {noun.path}"]:
            if noun.path not in self._stocks:
                make = noun.has("create") and not self.options.read_only
                try:
                    self._stocks[noun.path] = await (self._make(trial, noun) if make else self._look(trial, noun))
                except (Blocked, Inapplicable) as reason:
                    self._stocks[noun.path] = reason
                except NoAnswer as reason:
                    # Not tried again: some of the records are there already, with the mark.
                    self._stocks[noun.path] = Blocked(f"the records could not be made: {reason}")
        found = self._stocks[noun.path]
        if isinstance(found, Stock):
            return found
        raise type(found)(str(found))

    async def _make(self, trial: Trial, noun: Noun) -> Stock:
        mark = mark_attribute(self.document, noun)
        level = await self.level(trial, noun)
        # Not the same in another document: both versions of a server may show one store of records.
        text = f"conformance {self.options.seed} {self.document.title} {noun.name}"
        bodies = [await self._body(trial, noun, number, level) for number in (_TASKS if noun.is_task else _STOCK)]
        answers = await asyncio.gather(
            *(self._post(trial, noun, {**body, mark: text} if mark else body) for body in bodies)
        )
        records = [await trial.read(answer) for answer in answers]
        kept = bool(mark) and all(record.get(mark) == text for record in records)
        return Stock(noun, records, {mark: text} if kept else {}, self._attributes(noun, records))

    async def _post(self, trial: Trial, noun: Noun, body: Node) -> str:
        exchange = await trial.send("POST", noun.path, body=body)
        if exchange.status >= 300 or not isinstance(exchange.json, dict) or "id" not in exchange.json:
            raise Blocked(f"POST {noun.path} answers {exchange.status}: {exchange.text[:200]}")
        return str(exchange.json["id"])

    async def _look(self, trial: Trial, noun: Noun) -> Stock:
        records = await trial.rows(limit=str(_FOUND))
        if not records:
            missing = "the run is read-only" if noun.has("create") else "no POST"
            raise Inapplicable(f"nothing to check: no record and {missing}")
        return Stock(noun, records, {}, self._attributes(noun, records))

    def _attributes(self, noun: Noun, records: list[Node]) -> Any:
        found = {a.path: a for record in records for a in self.document.schemas.attributes(noun.schema, record)}
        machine = self.lifecycle(noun)
        moving = PROCESS_SET if machine and machine.moves_itself else set()
        kept = [path for path in sorted(found) if path.split(".")[0] not in moving]
        return [found[path] for path in kept if not found[path].leaf.startswith("@")]


def refers_to(attribute: str, noun: Noun) -> bool:
    """Whether an attribute is named as a reference to the noun is: the noun itself, or something before it."""
    return attribute == noun.name or attribute.endswith(noun.type_name)


__all__ = ["RICH", "ApiSession", "Options"]
