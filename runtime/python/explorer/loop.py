"""An asyncio event loop in virtual time, in which the explorer chooses the next ready task.

The rest comes from `asyncio.BaseEventLoop`, apart from the clock, the waiting, the numbers in the
names of tasks and the reports of errors. The explorer chooses only among the steps of tasks at the
beginning of the loop's queue, up to the first callback of another kind. It does not reorder the
other callbacks, because most of them belong to asyncio itself, which relies on their order.
"""

import asyncio
import collections
import re
import threading
from asyncio import base_events
from typing import Any

from explorer import scheduler
from explorer.cpython_internals import EventLoopPolicy

_DEFAULT_NAME = re.compile(r"Task-\d+")


def task_of(handle: Any) -> "asyncio.Task[Any] | None":
    """Return the task whose next step a callback handle runs, or None for other callbacks."""
    owner = getattr(handle._callback, "__self__", None)
    return owner if isinstance(owner, asyncio.Task) and not handle._cancelled else None


class _Ready(collections.deque[Any]):
    """The callbacks that are due, in place of the deque `BaseEventLoop._ready`."""

    # The task whose step was taken from the queue last, until the end of the step is reported.
    task: "asyncio.Task[Any] | None" = None

    def report_step_end(self) -> None:
        """Report the end of the last task step to the run's observer, if there are both."""
        task, self.task = self.task, None
        if task and (observer := scheduler.current().observer):
            observer.task_stops(task)

    def popleft(self) -> Any:
        """Report the end of the last task step, then remove and return the next callback.

        If the queue begins with several steps of tasks, the explorer chooses one of them.
        """
        self.report_step_end()
        handle = self._choose()
        self.task = task_of(handle)
        return handle

    def _choose(self) -> Any:
        # How many callbacks at the beginning of the queue are steps of tasks.
        count = 0
        while count < len(self) and task_of(self[count]):
            count += 1
        if count < 2:
            return super().popleft()
        run = scheduler.current()
        handles = [self[index] for index in range(count)]
        chosen = run.decide(handles, costs=1, tasks=True)
        if chosen is None:
            run.unwind()
        # `remove` compares with ==, and distinct timer handles can be equal.
        del self[next(index for index, handle in enumerate(handles) if handle is chosen)]
        return chosen


class _Selector:
    """Waits in virtual time in place of the loop's selector; there are no file descriptors."""

    def __init__(self, ready: _Ready) -> None:
        self._ready = ready
        self._woken = False
        self._waiting: scheduler.Thread | None = None

    def select(self, timeout: float | None = None) -> list[object]:
        """Wait until `timeout` seconds of virtual time have passed, or until `wake` is called.

        Args:
            timeout: None waits without a limit.

        Returns:
            An empty list, because there are no file descriptors.

        Raises:
            RunEnded: the run is over.
        """
        run = scheduler.current()
        self._ready.report_step_end()
        if not self._woken and (timeout is None or timeout > 0):
            self._waiting = run.current
            try:
                run.wait(timeout)
            finally:
                self._waiting = None
        elif run.is_over:
            raise scheduler.RunEnded
        self._woken = False
        return []

    def wake(self) -> None:
        """Make the current call of `select` return, or the next one if there is none."""
        self._woken = True
        if self._waiting:
            scheduler.current().wake(self._waiting)

    def close(self) -> None:
        """Do nothing, because this selector has no file descriptors to close."""


class Loop(base_events.BaseEventLoop):
    """An event loop without sockets and subprocesses."""

    # Default task names count from 1 in each run, whereas asyncio's own counter never restarts.
    tasks_named = 0

    def __init__(self, selector: object = None) -> None:  # noqa: ARG002 - as SelectorEventLoop
        super().__init__()
        self._ready = _Ready()
        self._selector = _Selector(self._ready)
        # Deadlines of the same virtual time may differ by rounding errors, depending on how they
        # were added up. Timers with deadlines so close together must expire in the same iteration.
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return scheduler.current().now

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Create a task as CPython does, but number default names per run."""
        task = super().create_task(coro, **kwargs)
        if isinstance(task, asyncio.Task) and _DEFAULT_NAME.fullmatch(task.get_name()):
            Loop.tasks_named += 1
            task.set_name(f"Task-{Loop.tasks_named}")
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Report an error, but only during a run: not while its threads end because it is over."""
        if scheduler.is_running() and not scheduler.current().is_over:
            super().call_exception_handler(context)

    def _process_events(self, event_list: list[object]) -> None:
        """Do nothing, because `_Selector.select` returns no events."""

    def _write_to_self(self) -> None:
        self._selector.wake()


class Policy(EventLoopPolicy):  # type: ignore[misc]
    """Creates `Loop` objects for `asyncio.run` and `asyncio.new_event_loop`."""

    _loop_factory = Loop

    class _Local(threading.local):
        # In the browser, all threads share the attributes of the base class's own `_Local`, because
        # that class was created before the browser runtime replaced `threading.local`.
        _loop = None
        _set_called = False  # Only Python 3.12 and 3.13 use this.
