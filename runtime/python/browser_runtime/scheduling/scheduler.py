"""Whose turn it is: the running thread, the waiting ones, and what wakes them.

One thread runs at a time, as under the GIL. `wait` is the only place where a thread gives way of
itself; `slices` takes its turn away when it is over. Code of this package is never interrupted
there, which is what makes its own updates atomic.
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

MAIN = 1
# How a wait ended; the first three as in kernel.ts.
WOKEN, TIMED_OUT, INTERRUPTED, DEADLOCKED, ABANDONED = range(5)


class Waiting:
    """One wait of one thread."""

    def __init__(self, seconds: float | None, *, outside: bool) -> None:
        self.ident = _state.current
        self.frame: FrameType | None = sys._getframe(2)
        milliseconds = -1 if seconds is None else seconds * 1000
        self.gate = kernel.gate(milliseconds, self.ident == MAIN)
        # In ns of the program's clock, where that is what lets the wait end.
        self.deadline = virtual_time.deadline(seconds)
        self.woken = False
        # Only another thread can end it: neither the clock nor anything outside of Python.
        self.is_endless = seconds is None and not outside

    def wake(self, outcome: int = WOKEN) -> None:
        """Let the thread go on, when its turn comes; nothing if it does already."""
        _state.stuck.pop(self.ident, None)
        if observer:
            observer.woken(self.ident)
        self.woken = True
        self.gate.open(outcome)

    def time_out(self) -> None:
        """Let the thread go on because its time is over."""
        self.woken = True
        self.gate.open(TIMED_OUT)


class _DeadlockedWait(Waiting):
    """One that never ends: of a thread that is part of a deadlock, which ends the program.

    The main thread gives up what it holds as it comes to its end, and nobody is to get it.
    """

    def wake(self, outcome: int = WOKEN) -> None:
        """Let the thread come to its end, and nothing else."""
        if outcome == ABANDONED:
            super().wake(outcome)


class DeadlockError(SystemExit):
    """Ends the main thread, and with it the program."""


class _State:
    """Of one program; replaced as a whole for the next."""

    def __init__(self) -> None:
        self.current = MAIN
        # Who ran before the running thread went on; itself, if nobody else did meanwhile.
        self.before = MAIN
        self.alive: dict[int, str] = {MAIN: "MainThread"}
        # The name of the thread that has ended last.
        self.ended = ""
        self.waiting: dict[int, Waiting] = {}
        self.stuck: dict[int, Waiting] = {}
        # So many threads wait for the reader: no time passes meanwhile, if it need not.
        self.asking = 0
        self.frames: dict[int, FrameType] = {}
        self.data: dict[int, Any] = {}
        self.signals: list[int] = []
        # The running thread is in the midst of something that no other one may come into.
        self.is_atomic = False
        self.over = False
        self.is_deadlock_reported = False
        self.next_ident = MAIN + 1


_state = _State()


class Observer(Protocol):
    """What is told of every wait; see `tracing`."""

    def open(self, name: str) -> None:
        """The process has this name."""

    def flush(self) -> None:
        """The page wants to know what has come so far."""

    def watch_collections(self) -> None:
        """The process is about to run the program itself."""

    def fail(self, error: BaseException) -> None:
        """The main thread comes to its end with an exception."""

    def wait(self, ident: int, frame: FrameType | None, *, is_last: bool) -> None:
        """A thread begins to wait, below this frame; the program rests if that wait is the last."""

    def woken(self, ident: int) -> None:
        """The running thread lets another one go on."""

    def run(self, ident: int) -> None:
        """A thread runs again."""

    def end_slice(self, ident: int, frame: FrameType | None) -> None:
        """A thread that runs, at this frame, is about to let others have their turn."""

    def begin_slice(self, ident: int) -> None:
        """It is that thread's turn again."""

    def create_thread(self, ident: int) -> None:
        """The running thread starts another one."""

    def begin_thread(self, ident: int, name: str, function: Callable[..., object]) -> None:
        """A thread begins to run."""

    def end_thread(self, ident: int) -> None:
        """A thread has come to its end."""

    def end(self) -> None:
        """So has the process."""


observer: Observer | None = None


def get_ident() -> int:
    """Return the number of the running thread, like `threading.get_ident`."""
    return _state.current


def previous_thread() -> int:
    """Return who ran before the running thread went on: its own number, if nobody else did."""
    return _state.before


def is_running(ident: int) -> bool:
    """Whether a thread runs, or was the last one that did."""
    return _state.current == ident


def is_main() -> bool:
    """Whether the main thread is running."""
    return _state.current == MAIN


def can_switch() -> bool:
    """Whether this browser can suspend Python at all, and here."""
    return can_run_sync()


class CannotSuspendError(RuntimeError):
    """JavaScript has called the running code, so that it cannot be suspended; see suspending.ts."""

    def __init__(self) -> None:
        super().__init__("cannot wait for other threads in code called by ctypes or JavaScript")


def suspend[T](promise: Awaitable[T]) -> T:
    """Suspend the running stack until a JavaScript promise settles; others run meanwhile.

    Raises:
        CannotSuspendError: not here.

    `run_sync` wraps what it is given with `asyncio.ensure_future`, which would tie it to the
    running event loop; replaced for that one call, the promise reaches the stack switch as it is.
    """
    me, loop, ensure_future = _state.current, asyncio._get_running_loop(), asyncio.ensure_future

    def pass_through(promise: Awaitable[T], *, loop: object = None) -> Awaitable[T]:  # noqa: ARG001
        asyncio.ensure_future = ensure_future
        return promise

    asyncio.ensure_future = pass_through  # type: ignore[assignment]
    frames = _state.frames
    frames[me] = sys._getframe()
    # To give way once more on the way there would be one turn lost, and one told wrongly.
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
        if asyncio._get_running_loop() is not loop:
            asyncio._set_running_loop(loop)


# A wait of at least so many seconds is long enough for a reader to look at the timeline meanwhile.
_LONG_WAIT = 0.1


def _is_last_wait(seconds: float | None) -> bool:
    """Return whether nothing of the program will run for a while once this wait has begun."""
    return (
        (seconds is None or seconds >= _LONG_WAIT)
        and len(_state.waiting) == len(_state.alive)
        and not virtual_time.is_on
    )


def wait(
    seconds: float | None, queue: "list[Waiting] | None" = None, *, outside: bool = False
) -> int:
    """Stop running until woken.

    Args:
        seconds: at most so long; None means for ever.
        queue: where those who wake look for this thread; it is there for the time of the wait.
        outside: something other than a thread may wake it.

    Returns:
        `WOKEN` or `TIMED_OUT`. A pending Ctrl-C has been delivered before that.

    Raises:
        BaseException: whatever the program's SIGINT handler raises, `KeyboardInterrupt` by default.
        DeadlockError: every thread waits for ever, which has been reported.
        SystemExit: the program is over.
        CannotSuspendError: it would be for ever, in code that JavaScript has called.
    """
    if not can_run_sync():
        return _wait_blocking(seconds, outside=outside)
    if is_main() and kernel.interrupted:
        deliver_interrupt()
    if _state.over and not is_main():
        raise SystemExit
    waiting = Waiting(seconds, outside=outside)
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
    try:
        if virtual_time.is_on:
            # Waits that take no time never let the page's messages in. Not before this thread is
            # where others look for it, or it misses who wakes it meanwhile.
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
        raise SystemExit  # `threading` lets it pass in silence.
    return outcome


def _wait_blocking(seconds: float | None, *, outside: bool) -> int:
    if seconds is not None:
        if observer:
            is_last = seconds is None or seconds >= _LONG_WAIT
            observer.wait(MAIN, sys._getframe(2), is_last=is_last)
        if virtual_time.is_on:
            kernel.advance(kernel.elapsed() + virtual_time.nanoseconds(seconds))
        else:
            kernel.block(seconds * 1000)
        if observer:
            observer.run(MAIN)
        return TIMED_OUT
    if not outside:
        _report_deadlock({MAIN: sys._getframe(2)})
        raise DeadlockError(1)
    while True:
        kernel.block(60_000)


def _jump_if_idle() -> None:
    """Let the clock jump to where the next wait ends, if every thread waits and none can go on."""
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


def wait_for_reader(queue: "list[Waiting]") -> None:
    """Stop running until the reader has done something."""
    _state.asking += 1
    try:
        wait(None, queue, outside=True)
    finally:
        _state.asking -= 1


def current_frames() -> dict[int, FrameType]:
    """Return where each thread is, like `sys._current_frames`."""
    frames = {**_state.frames, _state.current: sys._getframe()}
    return {ident: own for ident, frame in frames.items() if (own := _outside(frame))}


def list_threads() -> list[tuple[int, str, Waiting | None, FrameType | None]]:
    """Return number and name of each thread, its wait, and where it is suspended, if it is."""
    waiting, frames = _state.waiting, _state.frames
    return [
        (ident, name, waiting.get(ident), frames.get(ident)) for ident, name in _state.alive.items()
    ]


def last_ended() -> str:
    """Return the name of the thread that ran last, if it has ended; else nothing."""
    return "" if _state.current in _state.alive else _state.ended


def _outside(frame: FrameType | None) -> FrameType | None:
    while frame and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def yield_slice() -> None:
    """Let everyone else have a turn."""
    suspend(kernel.yield_once().promise)


def deliver_interrupt() -> None:
    """Do in the main thread what Ctrl-C does, or the signals that other threads have sent."""
    kernel.interrupted = False
    signals, _state.signals = _state.signals or [signal.SIGINT], []
    for number in signals:
        handler = signal.getsignal(number)
        if handler == signal.SIG_DFL:
            raise SystemExit(128 + number)
        if callable(handler):
            handler(number, sys._getframe(1))


def send_signal(number: int) -> None:
    """Let the main thread call the program's handler: now if that is running, else when it is."""
    _state.signals.append(number)
    if is_main():
        deliver_interrupt()
    else:
        kernel.interrupt()


def _end_in_deadlock() -> None:
    """Wake the main thread, and nobody else, to end the program; tell before who waits where."""
    if not _state.is_deadlock_reported:
        _state.is_deadlock_reported = True
        _report_deadlock({ident: waiting.frame for ident, waiting in _state.stuck.items()})
    for ident, waiting in _state.stuck.items():
        if ident != MAIN:
            waiting.__class__ = _DeadlockedWait
    _state.stuck[MAIN].wake(DEADLOCKED)


def _report_deadlock(frames: "dict[int, FrameType | None]") -> None:
    lines = ["Deadlock: every thread is waiting, and none can wake another.\n"]
    for ident, frame in sorted(frames.items()):
        lines.append(f"{_state.alive[ident]} is waiting here:\n")
        own = traceback.extract_stack(frame)
        lines += traceback.format_list([part for part in own if not is_ours(part.filename)])
    sys.stderr.write("".join(lines))


# This package, and what it stands under: see runtime/python/greenlet.
_HERE = __file__.rpartition("/scheduling/")[0]
_OURS = (
    _HERE + "/",
    _HERE.replace("browser_runtime", "runnable_tracer/"),
    "/home/packages/greenlet/",
)


def is_ours(filename: str) -> bool:
    """Whether a file belongs to this runtime."""
    return filename.startswith(_OURS)


def set_atomic(keeps: bool) -> None:
    """Keep the running thread's turn, until told otherwise, in code that is not ours as well."""
    _state.is_atomic = keeps


def is_atomic(frame: FrameType | None) -> bool:
    """Whether the running thread, in this frame, cannot be interrupted."""
    return _state.is_atomic or (frame is not None and is_ours(frame.f_code.co_filename))


def enter(ident: int) -> None:
    """Say that a new stack has begun to run, as this thread."""
    _state.current = ident
    _state.is_atomic = False
    kernel.start_slice()


def add_thread(name: str) -> int:
    """Count one thread more; return its number."""
    ident = _state.next_ident
    _state.next_ident += 1
    _state.alive[ident] = name
    kernel.threads = len(_state.alive)
    return ident


def rename_thread(ident: int, name: str) -> None:
    """Give a thread the name that it has in reports."""
    _state.alive[ident] = name


def thread_data[T](make: Callable[[], T]) -> T:
    """Return what is kept for the running thread, made at the first call."""
    if _state.current not in _state.data:
        _state.data[_state.current] = make()
    data: T = _state.data[_state.current]
    return data


def forget_data(ident: int) -> None:
    """Drop what is kept for a thread that ends."""
    _state.data.pop(ident, None)


def remove_thread(ident: int) -> None:
    """Count one thread less; if all others now wait for ever, say so."""
    _state.ended = _state.alive.pop(ident, "")
    kernel.threads = len(_state.alive)
    if _state.alive and len(_state.stuck) == len(_state.alive):
        _end_in_deadlock()
    if _state.alive and virtual_time.is_on:
        _jump_if_idle()


def thread_count() -> int:
    """Return how many threads are alive, the main one included."""
    return len(_state.alive)


def ready_count() -> int:
    """Return how many threads run or could, the running one included."""
    return len(_state.alive) - len(_state.waiting)


def is_over() -> bool:
    """Whether the program has ended, so that its threads have to."""
    return _state.over


def abandon(seconds: float) -> bool:
    """End all threads but the main one; return whether they ended in time."""
    _state.over = True
    end = time.monotonic() + seconds
    while len(_state.alive) > 1 and time.monotonic() < end:
        for waiting in list(_state.waiting.values()):
            waiting.wake(ABANDONED)
        yield_slice()
    return len(_state.alive) == 1


def start_program() -> None:
    """Forget the threads of the program before."""
    global _state
    _state = _State()
    kernel.threads = 1
    kernel.interrupted = False
