"""Group commit: requests waiting at the same time share one transaction and are answered after its commit.

Knows no noun.
"""

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
class PendingItem(Generic[Item, Answer]):
    """An item in the queue, with the future of its answer."""

    item: Item
    answer: Future[Answer] = field(default_factory=Future)


class GroupCommit(Generic[Item, Answer]):
    """Runs `work` on all waiting items together, in a thread of its own.

    `work` returns the answers in the order of the items, or raises for the whole group. After a Problem each item is
    worked on alone, so that a refused item does not fail its neighbours.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Answer]], name: str) -> None:
        self._work = work
        self._queue: deque[PendingItem[Item, Answer]] = deque()
        self._busy = False
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    def submit(self, item: Item) -> Future[Answer]:
        """Put an item into the queue and return the future of its answer."""
        pending: PendingItem[Item, Answer] = PendingItem(item)
        # Work goes on for a client who has left: the request was sent.
        pending.answer.set_running_or_notify_cancel()
        with self._lock:
            self._queue.append(pending)
            idle, self._busy = not self._busy, True
        if idle:
            self._run_next_group()
        return pending.answer

    def close(self) -> None:
        """Wait for the running work; submitting after a close is an error of the caller."""
        self._pool.shutdown(wait=True)

    def _run_next_group(self) -> None:
        with self._lock:
            group = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
            self._busy = bool(group)
        if group:
            self._run(group, self._finish_group)

    def _run(
        self,
        group: list[PendingItem[Item, Answer]],
        finish: Callable[[list[PendingItem[Item, Answer]], Future[Sequence[Answer]]], None],
    ) -> None:
        done = self._pool.submit(self._work, [pending.item for pending in group])
        done.add_done_callback(partial(finish, group))

    def _finish_group(self, group: list[PendingItem[Item, Answer]], done: Future[Sequence[Answer]]) -> None:
        if isinstance(done.exception(), Problem) and len(group) > 1:
            for pending in group:
                self._run([pending], _set_answers)
        else:
            _set_answers(group, done)
        self._run_next_group()


def _set_answers(group: list[PendingItem[Item, Answer]], done: Future[Sequence[Answer]]) -> None:
    error = done.exception()
    if error is not None:
        for pending in group:
            pending.answer.set_exception(error)
        return
    for pending, answer in zip(group, done.result(), strict=True):
        pending.answer.set_result(answer)
