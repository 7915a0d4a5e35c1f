"""CPython's own asyncio event loop, which waits with the scheduler of this runtime.

Almost everything is `asyncio.unix_events._UnixSelectorEventLoop`, so `asyncio.run`, `Runner`, task
groups, debug mode, slow-callback warnings, eager tasks, servers, connections, transports and pipes
are CPython's. This module replaces the selector and what wakes it, the handlers of signals, the
default names of tasks, and the calculation of when timers and timeouts end.
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
from collections.abc import Callable, Mapping
from contextvars import Context
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from browser_runtime.scheduling import scheduler, stepping, virtual_time
from browser_runtime.trace_hooks import hidden

if TYPE_CHECKING:

    class _Epoll(Protocol):
        """What the loop has to know about descriptors; see `network.cpython.polling.Epoll`."""

        observers: list[Callable[[], None]]

        @property
        def awaits_clients(self) -> bool:
            """Whether one of the descriptors waits for clients, and the program has none."""

        @property
        def may_be_ready(self) -> bool:
            """Whether a descriptor may be ready, so that asking for events is worth while."""

        def state(self) -> int:
            """Return a number other than 0 if a descriptor is ready."""

        def next_change(self) -> int | None:
            """Return when a descriptor next changes by itself, in ns; None if none will.

            A descriptor changes by itself when something arrives that is on its way.
            """


_DEFAULT_NAME = re.compile(r"Task-\d+")
_task_numbers = itertools.count(1)


# What a selector returns: a registered descriptor, and the events that are ready.
type _Event = tuple[selectors.SelectorKey, int]


class _Selector:
    """A selector that another thread can wake, and that creates its `epoll` object when needed.

    Most programs never register a descriptor, so that none of the network's code is loaded.

    Args:
        given: a selector that this one replaces, and that is closed with it.
    """

    def __init__(self, given: selectors.BaseSelector | None = None) -> None:
        self._given = given
        self._woken = False
        self._queue: list[scheduler.Waiting] = []
        self._files: selectors.BaseSelector | None = None
        self._epoll: _Epoll | None = None

    def select(self, timeout: float | None = None) -> list[_Event]:
        """Wait until `timeout` seconds have passed, or another thread or Ctrl+C wakes the loop.

        Returns:
            An empty list, because no descriptor is registered.
        """
        if timeout != 0 and not self._woken:
            scheduler.wait(_whole_timeout(timeout), self._queue, outside=True)
            self._woken = False
            scheduler.raise_requested()
        self._woken = False
        return []

    def _select_files(self, timeout: float | None = None) -> list[_Event]:
        """Like `select`, which this method replaces when the first descriptor is registered."""
        assert self._epoll
        assert self._files
        if timeout != 0 and not self._woken:
            self._wait(self._epoll, timeout)
            self._woken = False
            scheduler.raise_requested()
        self._woken = False
        return self._files.select(0) if self._epoll.may_be_ready else []

    def _wait(self, epoll: "_Epoll", timeout: float | None) -> None:
        end = None if timeout is None else virtual_time.moment_at(time.monotonic() + timeout)
        while not self._woken and not epoll.state():
            if end is not None and virtual_time.seconds_to(end) == 0:
                return
            moments = [each for each in (end, epoll.next_change()) if each is not None]
            left = virtual_time.seconds_to(min(moments)) if moments else None
            scheduler.wait(left, self._queue, outside=True, is_serving=epoll.awaits_clients)

    def wake(self) -> None:
        """Let the current or the next call of `select` return immediately."""
        self._woken = True
        self._look()

    def _look(self) -> None:
        """Let the thread that waits in `select` check whether it can continue."""
        for waiting in self._queue:
            waiting.wake()

    def _open(self) -> selectors.BaseSelector:
        if self._files is None:
            files: Any = selectors.DefaultSelector()
            self._files, self._epoll = files, files._selector
            files._selector.observers.append(self._look)
            self.select = self._select_files  # type: ignore[method-assign]
        return self._files

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Begin to watch a descriptor, as `BaseSelector.register`."""
        return self._open().register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Stop watching a descriptor, as `BaseSelector.unregister`."""
        return self._open().unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch a descriptor for other events, as `BaseSelector.modify`."""
        return self._open().modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return the registered descriptors, as `BaseSelector.get_map`."""
        return self._files.get_map() if self._files else {}

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """Return what is known about a descriptor, as `BaseSelector.get_key`."""
        return self._open().get_key(fileobj)

    def close(self) -> None:
        """Close the `epoll` object, and the selector that this one replaces."""
        for each in (self._files, self._given):
            if each:
                each.close()


# The log of asyncio names the class, as on CPython.
_Selector.__name__ = _Selector.__qualname__ = "EpollSelector"


def _whole_timeout(timeout: float | None) -> float | None:
    """Return in how many seconds `time.monotonic` will show that this timeout has passed."""
    if timeout is None:
        return None
    return virtual_time.seconds_to(virtual_time.moment_at(time.monotonic() + timeout))


class BrowserEventLoop(unix_events._UnixSelectorEventLoop):
    """CPython's event loop, except for how it waits, and how threads and signals wake it.

    Args:
        selector: a selector of the program's own, for example one that skips time, which the loop
            wakes with a pair of sockets, as on CPython. The loop does not use a selector of the
            standard library, but only closes it at the end.
    """

    # Attributes of CPython's class that typeshed does not declare.
    _signal_handlers: dict[int, asyncio.Handle]
    _ssock: Any
    _csock: Any

    @hidden
    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        # Selectors of the standard library cannot be woken without a descriptor.
        is_own = selector is None or type(selector).__module__ == "selectors"
        self._waker = _Selector(selector) if is_own else None
        # In virtual time: when the last timeout of each task ends; see `_renewed`.
        self.timeout_ends: WeakKeyDictionary[asyncio.Task[Any], float] = WeakKeyDictionary()
        used: Any = self._waker or selector
        # `super()` does not work in hidden functions.
        unix_events._UnixSelectorEventLoop.__init__(self, used)
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
        self._signal_handlers[sig] = asyncio.Handle(callback, args, self)
        try:
            signal.signal(sig, self._on_signal)
        except OSError as error:
            del self._signal_handlers[sig]
            if error.errno == errno.EINVAL:
                raise RuntimeError(f"sig {sig} cannot be caught") from None
            raise

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove the handler of a signal, and return whether there was one."""
        _check_signal(sig)
        if self._signal_handlers.pop(sig, None) is None:
            return False
        is_ctrl_c = sig == signal.SIGINT
        signal.signal(sig, signal.default_int_handler if is_ctrl_c else signal.SIG_DFL)
        return True

    def _on_signal(self, sig: int, _: object) -> None:
        handle = self._signal_handlers.get(sig)
        if handle:
            self._ready.append(handle)  # type: ignore[attr-defined]
            self._write_to_self()

    def _process_events(self, event_list: list[_Event]) -> None:
        """Schedule the callbacks of descriptors, and set which timers the loop may run next."""
        # After this call, the loop runs the timers that are due before the current time plus the
        # resolution. The smallest possible resolution keeps it from running timers early.
        self._clock_resolution = math.ulp(self.time())
        if event_list:
            super()._process_events(event_list)  # type: ignore[misc]

    def _make_self_pipe(self) -> None:
        """Create the sockets that wake a selector of the program's own."""
        self._ssock = self._csock = None
        if self._waker is None:
            super()._make_self_pipe()  # type: ignore[misc]

    def _close_self_pipe(self) -> None:
        """Close the sockets that wake the loop, if there are any."""
        if self._ssock is not None:
            super()._close_self_pipe()  # type: ignore[misc]

    def _write_to_self(self) -> None:
        """Wake the loop, because another thread or a signal handler has scheduled a callback."""
        if self._waker is None:
            super()._write_to_self()  # type: ignore[misc]
        else:
            self._waker.wake()


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
    reading = virtual_time.reading_in(loop.time(), delay)
    return _renewed(loop, reading) if virtual_time.is_on and delay > 0 else reading


def _renewed(loop: asyncio.AbstractEventLoop, reading: float) -> float:
    """Return when a timer ends that may be for the rest of the running task's last timeout.

    In virtual time, it ends no earlier than that timeout; see `scheduler.timeout_end`.

    Args:
        loop: the event loop, in whose attribute the last timeout of each task is kept.
        reading: when the timer would end, on the clock of the loop.
    """
    task = asyncio.current_task(loop)
    if task is None or not isinstance(loop, BrowserEventLoop):
        return reading
    last = loop.timeout_ends.get(task, reading)
    moment = virtual_time.nanoseconds(reading)
    if reading < last <= (moment + virtual_time.rounding_error(moment)) / 1_000_000_000:
        reading = last
    loop.timeout_ends[task] = reading
    return reading


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


def make_policy() -> Any:
    """Return the class of policies that create this event loop."""

    # `threads.install` has replaced `threading.local`, but too late for the `_Local` of the base
    # class. That `_Local` would keep one current loop for all threads, and for later programs.
    class Policy(events._BaseDefaultEventLoopPolicy):
        _loop_factory = BrowserEventLoop

        class _Local(threading.local):
            _loop = None

    return Policy


def install() -> None:
    """Replace Pyodide's `WebLoop` by this event loop.

    Pyodide wraps `asyncio.run` and registers its own loop as the running one of this thread, which
    would prevent every other loop from running.
    """
    policy = make_policy()
    asyncio.run = getattr(asyncio.run, "__wrapped__", asyncio.run)
    events._event_loop_policy = policy()  # type: ignore[attr-defined]
    unix_events._DefaultEventLoopPolicy = policy
    asyncio.timeout = timeouts.timeout = timeout
    asyncio.EventLoop = asyncio.SelectorEventLoop = BrowserEventLoop
    events._set_running_loop(None)
