"""Group commit: what arrives together shares one transaction and is answered after its commit. Knows no noun."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from tmf_server.errors import Problem

Item = TypeVar("Item")
Answer = TypeVar("Answer")
MOST_TOGETHER = 500


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[Item, Answer]):
    item: Item
    answer: Future[Answer] = field(default_factory=Future)


class Grouped(Generic[Item, Answer]):
    """Runs `work` in a thread of its own, on all items that wait; it gives their answers in order, or raises for all.

    When it raises a Problem, each item is worked on alone, so that one that is refused does not take others with it.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Answer]], name: str) -> None:
        self._work = work
        self._waiting: deque[_Waiting[Item, Answer]] = deque()
        self._busy = False
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    def submit(self, item: Item) -> Future[Answer]:
        """The answer to come."""
        waiting: _Waiting[Item, Answer] = _Waiting(item)
        waiting.answer.set_running_or_notify_cancel()  # a client that leaves does not take back what it sent
        with self._lock:
            self._waiting.append(waiting)
            idle, self._busy = not self._busy, True
        if idle:
            self._next()
        return waiting.answer

    def close(self) -> None:
        """Wait for the work that is under way; nothing may be submitted from here on."""
        self._pool.shutdown(wait=True)

    def _next(self) -> None:
        with self._lock:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
            self._busy = bool(group)
        if group:
            self._begin(group, self._finish)

    def _begin(
        self,
        group: list[_Waiting[Item, Answer]],
        finish: Callable[[list[_Waiting[Item, Answer]], Future[Sequence[Answer]]], None],
    ) -> None:
        done = self._pool.submit(self._work, [one.item for one in group])
        done.add_done_callback(partial(finish, group))

    def _finish(self, group: list[_Waiting[Item, Answer]], done: Future[Sequence[Answer]]) -> None:
        if isinstance(done.exception(), Problem) and len(group) > 1:
            for one in group:
                self._begin([one], _answer)
        else:
            _answer(group, done)
        self._next()


def _answer(group: list[_Waiting[Item, Answer]], done: Future[Sequence[Answer]]) -> None:
    error = done.exception()
    if error is not None:
        for one in group:
            one.answer.set_exception(error)
        return
    for one, answer in zip(group, done.result(), strict=True):
        one.answer.set_result(answer)
