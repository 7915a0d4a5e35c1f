"""CPython's own asyncio event loop, on a selector that can only wait for time to pass.

Everything but the selector is `asyncio.base_events.BaseEventLoop`, so `asyncio.run`, `Runner`, task
groups, timeouts, debug mode, slow-callback warnings and eager tasks are CPython's.
"""

import asyncio
import itertools
import re
import selectors
import threading
from asyncio import base_events, events, unix_events

from browser_runtime.scheduling import scheduler, stepping

_DEFAULT_NAME = re.compile(r"Task-\d+")
_task_numbers = itertools.count(1)


class _Selector:
    """Stands where a loop has its `selectors` object; there are no file descriptors to watch."""

    def __init__(self) -> None:
        self._woken = False
        self._queue: list[scheduler.Waiting] = []

    def select(self, timeout: float | None = None) -> list[tuple[object, int]]:
        """Wait `timeout` seconds (None: for ever), or until another thread or Ctrl-C wakes it."""
        if not self._woken and (timeout is None or timeout > 0):
            scheduler.wait(timeout, self._queue, outside=True)
        self._woken = False
        return []

    def wake(self) -> None:
        """Let `select` return, now or when it is called next."""
        self._woken = True
        for waiting in self._queue:
            waiting.wake()

    def close(self) -> None:
        """Nothing is held open."""


class _Given(_Selector):
    """Waits as a selector of the program's own does, for example one that lets time jump."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        super().__init__()
        self._given = selector

    def select(self, timeout: float | None = None) -> list[tuple[object, int]]:
        """Wait as long as the given selector does; what it has selected is not looked at."""
        woken, self._woken = self._woken, False
        self._given.select(0 if woken else timeout)
        return []

    def close(self) -> None:
        """Close the given selector."""
        self._given.close()


class BrowserEventLoop(base_events.BaseEventLoop):
    """An event loop with CPython's scheduling and exceptions, without sockets and subprocesses."""

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        super().__init__()
        # Those of the standard library wait for files and sockets, of which there are none.
        if selector is None or type(selector).__module__ == "selectors":
            self._selector = _Selector()
        else:
            self._selector = _Given(selector)
        stepping.add_loop(self)

    def create_task(self, coro, **kwargs):  # type: ignore[no-untyped-def]
        """Create a task as CPython does, naming it by a count that starts anew in each program.

        The count behind `Task-1`, `Task-2`, … is hidden in the C module and would go on. A task
        factory of the program gets just the arguments it would get; its task is renamed.
        """
        factory = self.get_task_factory()
        ours = factory is None or factory is asyncio.eager_task_factory
        if ours and kwargs.get("name") is None:
            kwargs["name"] = f"Task-{next(_task_numbers)}"
        task = super().create_task(coro, **kwargs)
        named_by_count = isinstance(task, asyncio.Task) and _DEFAULT_NAME.fullmatch(
            str(task.get_name())
        )
        if not ours and named_by_count:
            task.set_name(f"Task-{next(_task_numbers)}")
        if traceback := getattr(task, "_source_traceback", None):
            traceback.pop()  # This frame, as BaseEventLoop does with its own.
        try:
            return task
        finally:
            del task  # An exception's frames shall not keep it alive.

    def _process_events(self, event_list: list[tuple[object, int]]) -> None:
        """There are none: `_Selector.select` returns an empty list."""

    def _write_to_self(self) -> None:
        """Let the loop look at what another thread, or a signal handler, has scheduled."""
        self._selector.wake()


class _Policy(events._BaseDefaultEventLoopPolicy):
    _loop_factory = BrowserEventLoop

    class _Local(threading.local):
        _loop = None


def restart_task_names() -> None:
    """Let the next task without a name be `Task-1`."""
    global _task_numbers
    _task_numbers = itertools.count(1)


def install() -> None:
    """Take Pyodide's `WebLoop` out of asyncio and put this loop there.

    Pyodide replaces `asyncio.run` by a wrapper, and registers its loop as the running one of this
    thread, under which no other loop may run.
    """
    asyncio.run = getattr(asyncio.run, "__wrapped__", asyncio.run)
    events._event_loop_policy = _Policy()  # type: ignore[attr-defined]
    unix_events._DefaultEventLoopPolicy = _Policy  # type: ignore[assignment]
    asyncio.EventLoop = asyncio.SelectorEventLoop = BrowserEventLoop  # type: ignore[assignment]
    events._set_running_loop(None)
