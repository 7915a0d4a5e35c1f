"""An event loop in virtual time, in which tasks that are ready take their turns in any order.

All but the order is `asyncio.BaseEventLoop`. Only neighbours in the queue of callbacks that are
both steps of tasks change places: others are the library's own, which relies on their order.
"""

import asyncio
import collections
import re
from asyncio import base_events, events
from typing import Any

from explorer import scheduler

_DEFAULT_NAME = re.compile(r"Task-\d+")


def task_of(handle: Any) -> "asyncio.Task[Any] | None":
    """Return the task whose step a callback is, if it is one."""
    owner = getattr(handle._callback, "__self__", None)
    return owner if isinstance(owner, asyncio.Task) and not handle._cancelled else None


class _Ready(collections.deque[Any]):
    """Callbacks that are due: the queue `BaseEventLoop._ready`."""

    # The task whose step was taken out last.
    task: "asyncio.Task[Any] | None" = None

    def stopped(self) -> None:
        """Tell who watches that the last step is over."""
        task, self.task = self.task, None
        if task and (watch := scheduler.current().watch):
            watch.task_stops(task)

    def popleft(self) -> Any:
        self.stopped()
        handle = self._choose()
        self.task = task_of(handle)
        return handle

    def _choose(self) -> Any:
        options = 0
        while options < len(self) and task_of(self[options]):
            options += 1
        if options < 2:
            return super().popleft()
        run = scheduler.current()
        handles = [self[place] for place in range(options)]
        chosen = run.decide(handles, 1, tasks=True)
        if chosen is None:
            run.leave()
        # Not `remove`: handles of timers may be equal without being the same.
        del self[next(place for place, each in enumerate(handles) if each is chosen)]
        return chosen


class _Selector:
    """Stands where a loop has its selector; there are no file descriptors to watch."""

    def __init__(self, ready: _Ready) -> None:
        self._ready = ready
        self._woken = False
        self._waiting: scheduler.Thread | None = None

    def select(self, timeout: float | None = None) -> list[object]:
        """Wait `timeout` seconds of virtual time (None: for ever), or until `wake` is called."""
        run = scheduler.current()
        self._ready.stopped()
        if not self._woken and (timeout is None or timeout > 0):
            self._waiting = run.current
            try:
                run.wait(timeout)
            finally:
                self._waiting = None
        elif run.over:
            raise scheduler.Over
        self._woken = False
        return []

    def wake(self) -> None:
        """Let `select` return, now or when it is called next."""
        self._woken = True
        if self._waiting:
            scheduler.current().wake(self._waiting)

    def close(self) -> None:
        """Nothing is held open."""


class Loop(base_events.BaseEventLoop):
    """An event loop without sockets and subprocesses."""

    # Task names count from 1 in each run; the count in `asyncio` goes on.
    numbers = 0

    def __init__(self, selector: object = None) -> None:  # noqa: ARG002 - as SelectorEventLoop
        super().__init__()
        self._ready = _Ready()
        self._selector = _Selector(self._ready)
        # Timers of the same moment are due together, however their times were added up.
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Seconds of virtual time."""
        return scheduler.current().now

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Create a task as CPython does, naming it by this run's own count."""
        task = super().create_task(coro, **kwargs)
        if isinstance(task, asyncio.Task) and _DEFAULT_NAME.fullmatch(task.get_name()):
            Loop.numbers += 1
            task.set_name(f"Task-{Loop.numbers}")
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Report what went wrong, unless that is because the run was ended."""
        if scheduler.is_running() and not scheduler.current().over:
            super().call_exception_handler(context)

    def _process_events(self, event_list: list[object]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        self._selector.wake()


_Base: Any = getattr(events, "_BaseDefaultEventLoopPolicy", None) or getattr(
    events, "BaseDefaultEventLoopPolicy", None
)


class Policy(_Base):  # type: ignore[misc]
    """Makes these loops for `asyncio.run` and `asyncio.new_event_loop`."""

    _loop_factory = Loop
