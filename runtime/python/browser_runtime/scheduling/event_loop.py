"""CPython's own asyncio event loop, with a selector that waits for timeouts and wake-ups only.

Everything except the selector is `asyncio.base_events.BaseEventLoop`, so `asyncio.run`, `Runner`,
task groups, timeouts, debug mode, slow-callback warnings and eager tasks are CPython's.
"""

import asyncio
import errno
import inspect
import itertools
import math
import re
import selectors
import signal
import threading
import time
from asyncio import base_events, events, timeouts, unix_events
from collections.abc import Callable
from contextvars import Context
from typing import Any

from browser_runtime.scheduling import scheduler, stepping, virtual_time
from browser_runtime.trace_hooks import hidden

_DEFAULT_NAME = re.compile(r"Task-\d+")
_task_numbers = itertools.count(1)


class _Selector:
    """Replaces the `selectors` object of an event loop, which would wait for file descriptors."""

    def __init__(self) -> None:
        self._woken = False
        self._queue: list[scheduler.Waiting] = []

    def select(self, timeout: float | None = None) -> list[tuple[object, int]]:
        """Wait until `timeout` seconds have passed, or another thread or Ctrl+C wakes the loop."""
        if not self._woken and (timeout is None or timeout > 0):
            scheduler.wait(_whole_timeout(timeout), self._queue, outside=True)
            self._woken = False
            scheduler.raise_requested()
        self._woken = False
        return []

    def wake(self) -> None:
        """Let the current or the next call of `select` return immediately."""
        self._woken = True
        for waiting in self._queue:
            waiting.wake()

    def close(self) -> None:
        """Do nothing, because no file descriptors are open."""


def _whole_timeout(timeout: float | None) -> float | None:
    """Return in how many seconds `time.monotonic` will show that this timeout has passed."""
    if timeout is None:
        return None
    return virtual_time.seconds_to(virtual_time.moment_at(time.monotonic() + timeout))


class _ProgramSelector(_Selector):
    """Waits with a selector that the program provides, for example one that skips time."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        super().__init__()
        self._selector = selector

    def select(self, timeout: float | None = None) -> list[tuple[object, int]]:
        """Call the program's selector, and ignore the events that it returns."""
        woken, self._woken = self._woken, False
        self._selector.select(0 if woken else timeout)
        return []

    def close(self) -> None:
        """Close the program's selector."""
        self._selector.close()


class BrowserEventLoop(base_events.BaseEventLoop):
    """An event loop with CPython's scheduling and exceptions, without sockets and subprocesses."""

    @hidden
    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        base_events.BaseEventLoop.__init__(self)  # `super()` does not work in hidden functions.
        # Number of a signal → the callback that `add_signal_handler` has registered.
        self._handles: dict[int, asyncio.Handle] = {}
        # Selectors of the standard library wait for files and sockets, which do not exist here.
        if selector is None or type(selector).__module__ == "selectors":
            self._selector = _Selector()
        else:
            self._selector = _ProgramSelector(selector)
        stepping.add_loop(self)

    @hidden
    def create_task(self, coro, **kwargs):  # type: ignore[no-untyped-def]
        """Create a task as CPython does, with default names that start at `Task-1` in each program.

        The counter behind these names is hidden in the C module `_asyncio` and cannot be reset. A
        task factory of the program gets the same arguments as on CPython, so a task that it creates
        is renamed afterwards.
        """
        factory = self.get_task_factory()
        is_cpythons = factory is None or factory is asyncio.eager_task_factory
        if is_cpythons and kwargs.get("name") is None:
            kwargs["name"] = f"Task-{next(_task_numbers)}"
        task = base_events.BaseEventLoop.create_task(self, coro, **kwargs)
        named_by_count = isinstance(task, asyncio.Task) and _DEFAULT_NAME.fullmatch(
            str(task.get_name())
        )
        if not is_cpythons and named_by_count:
            task.set_name(f"Task-{next(_task_numbers)}")
        try:
            return task
        finally:
            del task  # The frames of an exception must not keep the task alive.

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call back after a delay as CPython does, and never a fraction of a nanosecond early."""
        if delay is None:
            raise TypeError("delay must not be None")
        timer = self.call_at(_end_of(self, delay), callback, *args, context=context)
        if traceback := getattr(timer, "_source_traceback", None):
            # Remove this frame, as `BaseEventLoop.call_later` does, so that the traceback ends
            # where the program has called the method.
            traceback.pop()
        return timer

    def add_signal_handler(  # type: ignore[override]
        self, sig: int, callback: Callable[..., object], *args: Any
    ) -> None:
        """Call back in the loop when a signal arrives, as CPython does on Unix."""
        if asyncio.iscoroutine(callback) or inspect.iscoroutinefunction(callback):
            raise TypeError("coroutines cannot be used with add_signal_handler()")
        _check_signal(sig)
        self._check_closed()  # type: ignore[attr-defined]
        if not scheduler.is_main():
            raise RuntimeError("set_wakeup_fd only works in main thread of the main interpreter")
        self._handles[sig] = asyncio.Handle(callback, args, self)
        try:
            signal.signal(sig, self._on_signal)
        except OSError as error:
            del self._handles[sig]
            if error.errno == errno.EINVAL:
                raise RuntimeError(f"sig {sig} cannot be caught") from None
            raise

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove the handler of a signal, and return whether there was one."""
        _check_signal(sig)
        if self._handles.pop(sig, None) is None:
            return False
        is_ctrl_c = sig == signal.SIGINT
        signal.signal(sig, signal.default_int_handler if is_ctrl_c else signal.SIG_DFL)
        return True

    def _on_signal(self, sig: int, _: object) -> None:
        handle = self._handles.get(sig)
        if handle:
            self._ready.append(handle)  # type: ignore[attr-defined]
            self._write_to_self()

    def close(self) -> None:
        """Close the loop as CPython does, which also removes its signal handlers."""
        super().close()
        for sig in list(self._handles):
            self.remove_signal_handler(sig)

    def _process_events(self, event_list: list[tuple[object, int]]) -> None:  # noqa: ARG002
        """Set which timers the loop may run next; there are no events, see `_Selector.select`."""
        # After this call, the loop runs the timers that are due before the current time plus the
        # resolution. The smallest possible resolution keeps it from running timers early.
        self._clock_resolution = math.ulp(self.time())

    def _write_to_self(self) -> None:
        """Wake the loop, because another thread or a signal handler has scheduled a callback."""
        self._selector.wake()


def _check_signal(sig: int) -> None:
    if not isinstance(sig, int):
        raise TypeError(f"sig must be an int, not {sig!r}")
    if sig not in signal.valid_signals():
        raise ValueError(f"invalid signal number {sig}")


def _end_of(loop: asyncio.AbstractEventLoop, delay: float) -> float:
    """Return when a delay that begins now is over, on the clock of the event loop."""
    if getattr(type(loop), "time", None) is not base_events.BaseEventLoop.time:
        # The program has a clock of its own, for example one that jumps in tests, whose readings
        # are not rounded.
        return loop.time() + delay
    return virtual_time.reading_in(loop.time(), delay)


def timeout(delay: float | None) -> timeouts.Timeout:
    """Return an asynchronous context manager like `asyncio.timeout`, which never ends early.

    Args:
        delay: the timeout in seconds, or None to disable it.
    """
    loop = events.get_running_loop()
    return timeouts.Timeout(None if delay is None else _end_of(loop, delay))


timeout.__module__ = timeouts.__name__


def restart_task_names() -> None:
    """Reset the default names of tasks, so that the next one is `Task-1`."""
    global _task_numbers
    _task_numbers = itertools.count(1)


def install() -> None:
    """Replace Pyodide's `WebLoop` by this event loop.

    Pyodide wraps `asyncio.run` and registers its own loop as the running one of this thread, which
    would prevent every other loop from running.
    """

    # `threads.install` has replaced `threading.local`, but too late for the `_Local` of the base
    # class. It would keep one current loop for all threads of the program, and for later programs.
    class Policy(events._BaseDefaultEventLoopPolicy):
        _loop_factory = BrowserEventLoop

        class _Local(threading.local):
            _loop = None

    asyncio.run = getattr(asyncio.run, "__wrapped__", asyncio.run)
    events._event_loop_policy = Policy()  # type: ignore[attr-defined]
    unix_events._DefaultEventLoopPolicy = Policy  # type: ignore[assignment]
    asyncio.timeout = timeouts.timeout = timeout
    asyncio.EventLoop = asyncio.SelectorEventLoop = BrowserEventLoop  # type: ignore[assignment]
    events._set_running_loop(None)
