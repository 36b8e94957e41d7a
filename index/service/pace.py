"""How fast a service is asked: how many requests are under way at once, when all wait, and when a run gives up.

Owns the threads that ask and what they do about failures that pass. Knows nothing of HTTP or of what is asked.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from index.errors import RateLimited, ServiceFailure, Unreachable

MOST = 8
"""Requests under way at once."""

TRIES = 5
"""How often one request is sent that the service fails at; one that it turns away for a while counts as not sent."""

Job = TypeVar("Job")
Result = TypeVar("Result")


class Pace:
    """One request at first, MOST after its success, half as many after each rate limit, and slowly more again.

    `patience` is how many seconds may pass without a success, once something has failed; `told` is given a line for each wait.
    """

    def __init__(self, patience: float, told: Callable[[float], None] = lambda seconds: None) -> None:
        self._patience, self._told = patience, told
        self._limit, self._busy, self._until = 1.0, 0, 0.0
        self._answered = False
        self._failing_since: float | None = None
        self._in_a_row = 0
        self._free = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one more request may be sent, and be that one."""
        with self._free:
            while (rest := self._until - time.monotonic()) > 0 or self._busy >= int(self._limit):
                self._free.wait(rest if rest > 0 else None)
            self._busy += 1
        try:
            yield
        finally:
            with self._free:
                self._busy -= 1
                self._free.notify_all()

    def well(self) -> None:
        """A request was answered: one more may be under way when as many as now have been."""
        with self._free:
            self._limit = min(MOST, self._limit + 1 / self._limit) if self._answered else MOST
            self._answered, self._failing_since, self._in_a_row = True, None, 0
            self._free.notify_all()

    def again(self, failure: ServiceFailure, tries: int) -> bool:
        """Whether a request that has failed `tries` times is worth sending again, after a wait that holds for all."""
        limited = isinstance(failure, RateLimited)
        if not failure.passing or (tries >= TRIES and not limited):
            return False
        if isinstance(failure, Unreachable) and tries > 1 and not self._answered:
            return False  # it is not there, rather than gone for a moment
        with self._free:
            now = time.monotonic()
            since = self._failing_since = self._failing_since or now
            if now >= self._until:  # the first to hear of it; the others were under way already
                self._in_a_row += 1
                backoff = min(8.0, 0.25 * 2**self._in_a_row)
                wait = max(0.01, backoff if failure.wait is None else failure.wait)
                if now + wait - since > self._patience:
                    return False  # and nobody waits: the others are to see at once that it has ended
                self._until = now + wait
                self._limit = max(1.0, self._limit / 2) if limited else self._limit
                if wait >= 1:
                    self._told(wait)
            return self._until - since <= self._patience


class Run(Generic[Result]):
    """The results of jobs as they are ready, in any order; after a failure those that were under way, then the failure."""

    def __init__(self, jobs: int) -> None:
        self.done: queue.SimpleQueue[Result | BaseException] = queue.SimpleQueue()
        self._jobs = jobs
        self._failure: BaseException | None = None

    def __iter__(self) -> "Run[Result]":
        """Itself."""
        return self

    def __next__(self) -> Result:
        """The next result; waits for it."""
        while self._jobs:
            self._jobs -= 1
            result = self._ready()
            if not isinstance(result, BaseException):
                return result
            self._failure = self._failure or result
        if failure := self._failure:
            self._failure = None
            raise failure
        raise StopIteration

    def _ready(self) -> Result | BaseException:
        """What is done next; a Ctrl-C that comes the moment before a wait is heeded in the middle of it."""
        while True:
            with suppress(queue.Empty):
                return self.done.get(timeout=0.5)


class Crew(Generic[Job, Result]):
    """Threads that do jobs in order, those of one run after those of the other without a gap.

    Daemon threads, not an executor: its threads are waited for at exit, so that Ctrl-C would hang on a slow reply.
    """

    def __init__(self, do: Callable[[Job], Result], pace: Pace) -> None:
        self._do, self._pace = do, pace
        self._todo: deque[tuple[Job, Run[Result]]] = deque()
        self._at_work = 0
        self._failure: BaseException | None = None
        self._lock = threading.Lock()

    def start(self, jobs: Sequence[Job]) -> Run[Result]:
        """Have jobs done, from now on. After a failure nothing more is begun, in no run that is under way."""
        run: Run[Result] = Run(len(jobs))
        with self._lock:
            if not self._at_work:
                self._failure = None
            self._todo.extend((job, run) for job in jobs)
            wanted = min(MOST, len(self._todo)) - self._at_work
            self._at_work += max(0, wanted)
        for _ in range(wanted):
            threading.Thread(target=self._work, daemon=True).start()
        return run

    def _work(self) -> None:
        """One thread: takes jobs until there are none."""
        while (item := self._next()) is not None:
            job, run = item
            try:
                run.done.put(self._patiently(job))
            except BaseException as error:  # noqa: BLE001 (raised by the thread that takes the results)
                self._failure = self._failure or error
                run.done.put(error)

    def _next(self) -> tuple[Job, Run[Result]] | None:
        with self._lock:
            if self._todo:
                return self._todo.popleft()
            self._at_work -= 1
            return None

    def _patiently(self, job: Job) -> Result:
        """Do one job, again where its failure passes; raises the failure that has ended the work meanwhile."""
        tries = 0
        while True:
            with self._pace.turn():
                if self._failure:
                    raise self._failure
                try:
                    result = self._do(job)
                except ServiceFailure as failure:
                    tries += 1
                    if not self._pace.again(failure, tries):
                        raise
                    continue
                self._pace.well()
                return result
