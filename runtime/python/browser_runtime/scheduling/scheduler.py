"""The scheduler: which thread runs, which ones wait, and what wakes them.

One thread runs at a time, as under the GIL. Other threads run only while the running thread is in
`suspend`: it waits, yields, awaits a promise, or its time slice ends, which `slices` handles; or
after it has ended. Code of the package `browser_runtime` is never interrupted by the end of a time
slice, so changes that it makes to its own state are atomic.
"""

import asyncio
import signal
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Protocol

import browser_kernel as kernel
from pyodide.ffi import can_run_sync, run_sync

from browser_runtime.scheduling import virtual_time

# The number of the main thread.
MAIN = 1
# How a wait ended. The first three numbers are also used in runtime/worker/kernel/kernel.ts.
WOKEN, TIMED_OUT, INTERRUPTED, DEADLOCKED, ABANDONED = range(5)


# In `is_only_serving`, a timeout of at least this many seconds counts as no timeout, because some
# servers pass such a timeout instead of none.
_VERY_LONG = 3000


class Waiting:
    """One wait of one thread.

    Args:
        seconds: the timeout; None waits without a limit.
        outside: whether something other than a thread can end the wait.
        is_serving: whether this is a server that waits for a client, perhaps with a timeout after
            which it waits again.
    """

    def __init__(self, seconds: float | None, *, outside: bool, is_serving: bool = False) -> None:
        # The thread that waits.
        self.ident = _state.current
        # The frame of the function that has called `wait`.
        self.frame = sys._getframe(3)
        milliseconds = -1 if seconds is None else seconds * 1000
        self.gate = kernel.gate(milliseconds, self.ident == MAIN)
        # When the wait ends in virtual time, in ns of the program's clock; None if virtual time
        # cannot end the wait.
        self.deadline = virtual_time.deadline(seconds)
        self.woken = False
        # Whether the thread waits for a client, which is what a server is there for.
        self.is_serving = is_serving
        # Whether there is no timeout, or one of at least `_VERY_LONG`.
        self.is_long = seconds is None or seconds >= _VERY_LONG
        # Whether only another thread can end the wait, but no clock and nothing outside of Python.
        self.is_endless = seconds is None and not outside and not is_serving

    def wake(self, outcome: int = WOKEN) -> None:
        """Let the thread resume when it is next scheduled; later calls have no effect."""
        _state.stuck.pop(self.ident, None)
        if observer:
            observer.woken(self.ident)
        self.woken = True
        self.gate.open(outcome)

    def time_out(self) -> None:
        """Let the thread resume because its timeout has passed."""
        self.woken = True
        self.gate.open(TIMED_OUT)


class _DeadlockedWait(Waiting):
    """The wait of a thread that is part of a deadlock, and waits until the program ends.

    When `DeadlockError` ends the main thread, the main thread releases its locks. The other threads
    must not acquire them and run on, because the deadlock has already been reported.
    """

    def wake(self, outcome: int = WOKEN) -> None:
        """Wake the thread if it is abandoned at the end of the program, and ignore other calls."""
        if outcome == ABANDONED:
            super().wake(outcome)


class SignalTimer:
    """A timer that sends a signal to the main thread."""

    # The number of the signal.
    number: int
    # Whether the timer measures real time. Otherwise it measures processor time, which does not
    # pass while the program waits.
    is_real: bool

    def seconds_left(self) -> float:
        """Return how many seconds are left, or 0."""
        raise NotImplementedError

    def restart(self) -> bool:
        """Set when a repeating timer ends next; return False if the timer does not repeat."""
        raise NotImplementedError


class DeadlockError(SystemExit):
    """Ends the main thread, and thereby the program, after a deadlock has been reported."""


class _State:
    """The scheduler's state for one program, replaced before the next one runs."""

    def __init__(self) -> None:
        # The number of the running thread.
        self.current = MAIN
        # The thread that ran before the running thread resumed: the same one if no other ran.
        self.before = MAIN
        # The names of the threads that have not ended, by their numbers. The numbers are also the
        # keys of the other dictionaries of threads.
        self.alive: dict[int, str] = {MAIN: "MainThread"}
        # The name of the thread that ended last.
        self.ended = ""
        self.waiting: dict[int, Waiting] = {}
        # The waits that only another thread can end. If every thread is in one of them, the program
        # is in a deadlock.
        self.stuck: dict[int, Waiting] = {}
        # In virtual time: when the timeout of each thread's last wait ends, or would have ended if
        # nothing had woken the thread before, in ns; see `timeout_end`.
        self.timeout_ends: dict[int, int] = {}
        # How many threads wait for input. Virtual time does not pass while the reader types.
        self.asking = 0
        # Where each suspended thread was suspended.
        self.frames: dict[int, FrameType] = {}
        # What `thread_data` has created for each thread.
        self.data: dict[int, Any] = {}
        # The signals that threads have sent, and that the main thread has not handled yet.
        self.signals: list[int] = []
        # The timers that send signals, by the numbers that `signal.setitimer` takes.
        self.timers: dict[int, SignalTimer] = {}
        # How many signals have been handled.
        self.handled = 0
        # The program's handler of SIGVTALRM, a signal that the kernel uses; see `slices`.
        self.kept_handler: Any = signal.SIG_DFL
        # The exceptions that threads have requested, by the thread that has to raise them.
        self.requested: dict[int, Any] = {}
        # Whether the end of a time slice must not suspend the running thread; see `set_atomic`.
        self.is_atomic = False
        # Whether the program has ended, so that its remaining threads must end as well.
        self.over = False
        self.is_deadlock_reported = False
        self.next_ident = MAIN + 1


_state = _State()


class Observer(Protocol):
    """Records what threads do, which the scheduler reports to it; see `tracing.Tracing`."""

    def open(self, name: str) -> None:
        """Record the name of the process."""

    def flush(self) -> None:
        """Send what has been recorded so far to the page."""

    def watch_collections(self) -> None:
        """Begin to record the collections that the program's header names in `watch`.

        This is called just before the program itself runs.
        """

    def fail(self, error: BaseException) -> None:
        """Record that the main thread ends with an exception."""

    def wait(self, ident: int, frame: FrameType | None, *, is_last: bool) -> None:
        """Record that a thread begins to wait.

        Args:
            ident: the number of the thread.
            frame: the frame of the function that waits.
            is_last: whether probably no thread of the program will run for a while; see
                `_is_last_wait`.
        """

    def woken(self, ident: int) -> None:
        """Record that the running thread wakes another one."""

    def run(self, ident: int) -> None:
        """Record that a thread runs again after a wait."""

    def end_slice(self, ident: int, frame: FrameType | None) -> None:
        """Record that the time slice of a running thread ends at this frame."""

    def begin_slice(self, ident: int) -> None:
        """Record that a thread gets its next time slice."""

    def create_thread(self, ident: int) -> None:
        """Record that the running thread starts another one."""

    def begin_thread(self, ident: int, name: str, function: Callable[..., object]) -> None:
        """Record that a new thread begins to run."""

    def end_thread(self, ident: int) -> None:
        """Record that a thread has ended."""

    def end(self) -> None:
        """Record that the process has ended."""


# None if the program is not traced.
observer: Observer | None = None


# Called when a thread begins to wait for a client, or for another thread without a limit, and when
# a thread ends. None if the program has no sockets; see `network.servers`.
on_endless_wait: Callable[[], None] | None = None


def call_from_outside(function: Callable[[], None]) -> None:
    """Call a function while no thread runs, because something has arrived from another process.

    The trace must not show that the thread which ran last wakes those that the function wakes.
    """
    global observer
    watching, observer = observer, None
    try:
        function()
    finally:
        observer = watching


def get_ident() -> int:
    """Return the number of the running thread, like `threading.get_ident`."""
    return _state.current


def previous_thread() -> int:
    """Return the thread that ran before the running one resumed; the same one if no other did."""
    return _state.before


def is_running(ident: int) -> bool:
    """Return whether a thread is running or, if none is, was the last one to run."""
    return _state.current == ident


def is_main() -> bool:
    """Return whether the running thread is the main thread."""
    return _state.current == MAIN


def can_switch() -> bool:
    """Return whether Python can be suspended in this browser and at this point."""
    return can_run_sync()


class CannotSuspendError(RuntimeError):
    """The running code was called by JavaScript and therefore cannot be suspended.

    For the reason, see runtime/worker/kernel/suspending.ts.
    """

    def __init__(self) -> None:
        super().__init__("cannot wait for other threads in code called by ctypes or JavaScript")


def suspend[T](promise: Awaitable[T]) -> T:
    """Suspend the running thread until a JavaScript promise settles, while other threads run.

    `run_sync` wraps its argument with `asyncio.ensure_future`, which would tie the promise to the
    running event loop. That function is therefore replaced for this one call, so that the promise
    reaches the stack switch unchanged.

    Raises:
        CannotSuspendError: the running code was called by JavaScript.
    """
    me, loop, ensure_future = _state.current, asyncio._get_running_loop(), asyncio.ensure_future

    def pass_through(promise: Awaitable[T], *, loop: object = None) -> Awaitable[T]:  # noqa: ARG001
        asyncio.ensure_future = ensure_future
        return promise

    asyncio.ensure_future = pass_through  # type: ignore[assignment]
    frames = _state.frames
    frames[me] = sys._getframe()
    # If the time slice ended in `run_sync`, the thread would be suspended twice, and the trace
    # would be wrong.
    _state.is_atomic = True
    kernel.end_slice()
    try:
        return run_sync(promise)
    except RuntimeError:
        raise CannotSuspendError from None
    finally:
        asyncio.ensure_future = ensure_future
        frames.pop(me, None)
        _state.before, _state.current = _state.current, me
        _state.is_atomic = False
        kernel.start_slice()
        if me in _state.requested:
            # The code after this wait may never call `raise_requested`, but the handler of the end
            # of a time slice does.
            kernel.try_again()
        if asyncio._get_running_loop() is not loop:
            asyncio._set_running_loop(loop)


# The shortest wait, in seconds, during which a reader has time to look at the timeline.
_LONG_WAIT = 0.1


def _is_last_wait(seconds: float | None) -> bool:
    """Return whether this wait is long and every thread is in `wait`; False in virtual time.

    Some of the threads may have been woken already, or may time out soon.
    """
    return (
        (seconds is None or seconds >= _LONG_WAIT)
        and len(_state.waiting) == len(_state.alive)
        and not virtual_time.is_on
    )


def timeout_end(seconds: float) -> int:
    """Return the moment at which a wait that begins now times out, in ns on the monotonic clock.

    Code that is woken too early, such as `Condition.wait_for`, waits again for the rest of its
    timeout, which it calculates from readings of the clock. These are rounded, so in virtual time
    the last of the waits could end just before the timeout. A wait that would do so is therefore
    taken for the continuation of the thread's last one, and ends when that one would have ended.
    """
    moment = virtual_time.moment_in(seconds)
    if virtual_time.is_on:
        last = _state.timeout_ends.get(_state.current, moment)
        if moment < last <= moment + virtual_time.rounding_error(moment):
            moment = last
        _state.timeout_ends[_state.current] = moment
    return moment


def wait(
    seconds: float | None,
    queue: "list[Waiting] | None" = None,
    *,
    outside: bool = False,
    is_serving: bool = False,
) -> int:
    """Suspend the running thread until another thread wakes it or its timeout passes.

    Args:
        seconds: the timeout; None waits without a limit.
        queue: a list that contains this wait while it lasts, so that other threads can wake it.
        outside: whether something other than a thread, such as the reader, can end the wait.
        is_serving: whether this is a server that waits for a client; see `is_only_serving`.

    Returns:
        `WOKEN` or `TIMED_OUT`. The result is also `WOKEN` in the main thread after handlers of
        Ctrl+C or other signals have been called, because this function calls them before it
        returns.

    Raises:
        BaseException: what the program's handler of a signal raises; for Ctrl+C, this is
            `KeyboardInterrupt` by default.
        DeadlockError: no thread can wake another one. The deadlock has already been reported.
        SystemExit: the program is over, or a signal without a handler ends it.
        CannotSuspendError: JavaScript has called the running code, and there is no timeout.
    """
    if not _state.timers or not is_main():
        return _wait(seconds, queue, outside=outside, is_serving=is_serving)
    deliver_timers()
    until = _first_timer()
    if until is None or (seconds is not None and seconds <= until):
        outcome = _wait(seconds, queue, outside=outside, is_serving=is_serving)
        return WOKEN if deliver_timers() else outcome
    outcome = _wait(until, queue, outside=outside, is_serving=is_serving)
    deliver_timers()
    # The result is not `TIMED_OUT`, because only the time of the timer has passed. The caller
    # checks what it waits for and how much time is left, and calls `wait` again.
    return WOKEN


def _first_timer() -> float | None:
    """Return in how many seconds the first timer of real time ends, or None if there is none."""
    return min(
        (each.seconds_left() for each in _state.timers.values() if each.is_real), default=None
    )


def deliver_timers() -> bool:
    """Call the handlers of the timers that have ended, in the main thread; return whether any has.

    Raises:
        BaseException: what a handler raises.
    """
    ended = [(which, each) for which, each in _state.timers.items() if each.seconds_left() == 0]
    for which, timer in ended:
        if not timer.restart():
            del _state.timers[which]
    _handle([timer.number for _, timer in ended])
    return bool(ended)


def _wait(
    seconds: float | None, queue: "list[Waiting] | None", *, outside: bool, is_serving: bool
) -> int:
    if not can_run_sync():
        return _wait_blocking(seconds, outside=outside or is_serving)
    if is_main() and kernel.interrupted:
        deliver_interrupt()
    if _state.over and not is_main():
        raise SystemExit
    waiting = Waiting(seconds, outside=outside, is_serving=is_serving)
    me = waiting.ident
    _state.waiting[me] = waiting
    if waiting.is_endless:
        _state.stuck[me] = waiting
        if len(_state.stuck) == len(_state.alive):
            _end_in_deadlock()
    if queue is not None:
        queue.append(waiting)
    if observer:
        observer.wait(me, waiting.frame, is_last=_is_last_wait(seconds))
    if on_endless_wait and (waiting.is_serving or waiting.is_endless):
        on_endless_wait()
    try:
        if virtual_time.is_on:
            # Waits in virtual time never return to the browser's event loop, so the page's
            # messages would not arrive. This thread is already in its queue here, because
            # otherwise it would miss a wake-up that comes while the other threads run.
            if kernel.must_yield():
                yield_slice()
                kernel.pass_step_on(waiting.gate)
            _jump_if_idle()
        outcome = suspend(waiting.gate.promise)
    except CannotSuspendError:
        if seconds is None:
            raise
        kernel.block(seconds * 1000)
        outcome = TIMED_OUT
    finally:
        if observer:
            observer.run(me)
        _state.waiting.pop(me, None)
        _state.stuck.pop(me, None)
        if queue is not None and waiting in queue:
            queue.remove(waiting)
    if outcome == INTERRUPTED or (me == MAIN and kernel.interrupted):
        deliver_interrupt()
        return WOKEN
    if outcome == DEADLOCKED:
        raise DeadlockError(1)
    if outcome == ABANDONED:
        raise SystemExit  # `threading` does not report this exception.
    return outcome


def _wait_blocking(seconds: float | None, *, outside: bool) -> int:
    """Wait without suspending the stack, as if the main thread were the only one.

    In a browser that cannot switch stacks, no other thread can be started. Elsewhere, the running
    code was called by JavaScript, and no other thread can run during this call.
    """
    if seconds is not None:
        if observer:
            observer.wait(MAIN, sys._getframe(3), is_last=seconds >= _LONG_WAIT)
        deadline = virtual_time.deadline(seconds)
        if deadline is not None:
            kernel.advance(deadline)
        else:
            kernel.block(seconds * 1000)
        if observer:
            observer.run(MAIN)
        return TIMED_OUT
    if not outside:
        _report_deadlock({MAIN: sys._getframe(3)})
        raise DeadlockError(1)
    while True:
        kernel.block(60_000)


def _jump_if_idle() -> None:
    """Move virtual time to the end of the wait that ends first, if no thread can run before then.

    Nothing happens while Ctrl+C is pending, or while a thread waits for input.
    """
    if kernel.interrupted or _state.asking or len(_state.waiting) < len(_state.alive):
        return
    waits = _state.waiting.values()
    if any(waiting.woken for waiting in waits):
        return
    until = min((each.deadline for each in waits if each.deadline is not None), default=None)
    if until is None:
        return
    kernel.advance(until)
    for waiting in waits:
        if waiting.deadline == until:
            waiting.time_out()


def is_only_serving() -> bool:
    """Return whether every thread waits for long: at least one for clients, the others for threads.

    Such a program is not in a deadlock, because a client may connect.
    """
    waits = _state.waiting.values()
    return waits_for_clients() and all(each.is_long for each in waits)


def waits_for_clients() -> bool:
    """Like `is_only_serving`, but the waits for clients may have timeouts of any length.

    Some servers check at regular intervals whether they have to end.
    """
    waits = _state.waiting.values()
    return (
        len(waits) == len(_state.alive)
        and all((each.is_endless or each.is_serving) and not each.woken for each in waits)
        and any(each.is_serving for each in waits)
    )


def wait_for_reader(queue: "list[Waiting]") -> None:
    """Suspend the running thread until the reader has entered something or a signal was handled."""
    _state.asking += 1
    try:
        wait(None, queue, outside=True)
    finally:
        _state.asking -= 1


def current_frames() -> dict[int, FrameType]:
    """Return each thread's innermost frame of the program, like `sys._current_frames`."""
    frames = {**_state.frames, _state.current: sys._getframe()}
    return {ident: own for ident, frame in frames.items() if (own := _outside_runtime(frame))}


def list_threads() -> list[tuple[int, str, Waiting | None, FrameType | None]]:
    """Return number, name, wait and frame of each thread.

    The wait is None if the thread does not wait; the frame is None if the thread runs or has not
    begun.
    """
    waiting, frames = _state.waiting, _state.frames
    return [
        (ident, name, waiting.get(ident), frames.get(ident)) for ident, name in _state.alive.items()
    ]


def last_ended() -> str:
    """Return the name of the thread that ran last if it has ended, otherwise an empty string."""
    return "" if _state.current in _state.alive else _state.ended


def _outside_runtime(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame, from this one outwards, that does not belong to the runtime."""
    while frame and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def yield_slice() -> None:
    """Let other threads, timers and messages from the page run before this thread resumes."""
    suspend(kernel.yield_once().promise)


def deliver_interrupt() -> None:
    """Call the handlers of Ctrl+C, or of the signals that threads have sent, in this thread."""
    kernel.interrupted = False
    signals, _state.signals = _state.signals or [signal.SIGINT], []
    _handle(signals)


def _handle(signals: list[int]) -> None:
    for number in signals:
        handler = signal.getsignal(number)
        _state.handled += 1
        if handler == signal.SIG_DFL and number not in _IGNORED:
            raise SystemExit(128 + number)
        if callable(handler):
            handler(number, _outside_runtime(sys._getframe(1)))


# The signals that do nothing unless the program handles them.
_IGNORED = (signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH)


def handled_signals() -> int:
    """Return how many signals have been handled since the program started."""
    return _state.handled


def signal_timers() -> "dict[int, SignalTimer]":
    """Return the running timers, by kind; the caller may add and remove some."""
    return _state.timers


def keep_handler(handler: Any) -> Any:
    """Set the program's handler of the signal that the kernel uses, and return the previous one."""
    before, _state.kept_handler = _state.kept_handler, handler
    return before


def kept_handler() -> Any:
    """Return the program's handler of the signal that the kernel uses."""
    return _state.kept_handler


def send_signal(number: int) -> None:
    """Let the main thread call a signal's handler: immediately, or as soon as it runs."""
    _state.signals.append(number)
    if is_main():
        deliver_interrupt()
    else:
        kernel.interrupt()


def request_exception(ident: int, exception: Any) -> bool:
    """Let a thread raise an exception when it next runs code of the program.

    A later request for the same thread replaces an earlier one.

    Returns:
        Whether the thread exists.
    """
    if ident not in _state.alive:
        return False
    _state.requested[ident] = exception
    if ident == _state.current:
        kernel.try_again()
    return True


def withdraw_exception(ident: int) -> bool:
    """Discard the exception that was requested for a thread; return whether the thread exists."""
    _state.requested.pop(ident, None)
    return ident in _state.alive


def raise_requested() -> None:
    """Raise the exception that was requested for the running thread, if there is one.

    Functions that wait call this last, because CPython raises the exception when the call of such a
    function has ended, for example when the lock is acquired. Nothing is raised if the function was
    called by the runtime itself, because an exception there could leave an update unfinished.
    """
    me = _state.current
    if me not in _state.requested or is_ours(sys._getframe(2).f_code.co_filename):
        return
    exception = _state.requested.pop(me)
    if isinstance(exception, type) and issubclass(exception, BaseException):
        raise exception
    # https://github.com/python/cpython/blob/3.14/Python/errors.c, `_PyErr_SetObject`
    raise SystemError(f"_PyErr_SetObject: exception {exception!r} is not a BaseException subclass")


def _end_in_deadlock() -> None:
    """Report where each thread waits, then wake only the main thread so that the program ends."""
    if not _state.is_deadlock_reported:
        _state.is_deadlock_reported = True
        _report_deadlock({ident: waiting.frame for ident, waiting in _state.stuck.items()})
    for ident, waiting in _state.stuck.items():
        if ident != MAIN:
            waiting.__class__ = _DeadlockedWait
    _state.stuck[MAIN].wake(DEADLOCKED)


# How many threads the report of a deadlock shows.
_MAX_REPORTED = 10


def _report_deadlock(frames: "dict[int, FrameType | None]") -> None:
    lines = ["Deadlock: every thread is waiting, and none can wake another.\n"]
    for ident, frame in sorted(frames.items())[:_MAX_REPORTED]:
        lines.append(f"{_state.alive[ident]} is waiting here:\n")
        own = traceback.extract_stack(frame)
        lines += traceback.format_list([part for part in own if not is_ours(part.filename)])
    if (rest := len(frames) - _MAX_REPORTED) > 0:
        others = "1 more thread is" if rest == 1 else f"{rest} more threads are"
        lines.append(f"{others} waiting, too.\n")
    sys.stderr.write("".join(lines))


# The folders of this package, of the tracer, and of the replacement for greenlet, which is
# installed with a program's dependencies; see runtime/python/greenlet.
_HERE = __file__.rpartition("/scheduling/")[0]
_OURS = (
    _HERE + "/",
    _HERE.replace("browser_runtime", "runnable_tracer/"),
    "/home/packages/greenlet/",
)


def is_ours(filename: str) -> bool:
    """Return whether a file belongs to this runtime rather than to the program."""
    return filename.startswith(_OURS)


def set_atomic(atomic: bool) -> None:
    """Set whether the end of a time slice must not suspend the running thread, in any code.

    Code of this package is protected in any case. Other code, such as the standard library, is
    protected only while this is set.
    """
    _state.is_atomic = atomic


def is_atomic(frame: FrameType | None) -> bool:
    """Return whether the running thread must not be interrupted in this frame."""
    return _state.is_atomic or (frame is not None and is_ours(frame.f_code.co_filename))


def enter(ident: int) -> None:
    """Record that this thread now runs on the current stack, and start its time slice."""
    _state.current = ident
    _state.is_atomic = False
    kernel.start_slice()


def add_thread(name: str) -> int:
    """Register a new thread and return its number."""
    ident = _state.next_ident
    _state.next_ident += 1
    _state.alive[ident] = name
    kernel.threads = len(_state.alive)
    return ident


def rename_thread(ident: int, name: str) -> None:
    """Set the name that a thread has in reports."""
    _state.alive[ident] = name


def thread_data[T](make: Callable[[], T]) -> T:
    """Return the data of the running thread, which `make` creates at the thread's first call."""
    if _state.current not in _state.data:
        _state.data[_state.current] = make()
    data: T = _state.data[_state.current]
    return data


def forget_data(ident: int) -> None:
    """Drop the data of a thread that ends."""
    _state.data.pop(ident, None)


def remove_thread(ident: int) -> None:
    """Unregister a thread that ends, and end the program if all others are now deadlocked."""
    _state.ended = _state.alive.pop(ident, "")
    _state.requested.pop(ident, None)
    _state.timeout_ends.pop(ident, None)
    kernel.threads = len(_state.alive)
    if _state.alive and len(_state.stuck) == len(_state.alive):
        _end_in_deadlock()
    if _state.alive and virtual_time.is_on:
        _jump_if_idle()
    if on_endless_wait:
        on_endless_wait()


def thread_count() -> int:
    """Return how many threads are alive, including the main thread."""
    return len(_state.alive)


def ready_count() -> int:
    """Return how many threads do not wait, including the running one."""
    return len(_state.alive) - len(_state.waiting)


def is_over() -> bool:
    """Return whether the program has ended, so that its remaining threads must end as well."""
    return _state.over


def abandon(seconds: float) -> bool:
    """End all threads except the main one, and return whether they ended within the time.

    Args:
        seconds: how long to wait for the threads.
    """
    _state.over = True
    end = time.monotonic() + seconds
    while len(_state.alive) > 1 and time.monotonic() < end:
        for waiting in list(_state.waiting.values()):
            waiting.wake(ABANDONED)
        yield_slice()
    return len(_state.alive) == 1


def start_program() -> None:
    """Discard the state of the previous program."""
    global _state
    _state = _State()
    kernel.threads = 1
    kernel.interrupted = False
