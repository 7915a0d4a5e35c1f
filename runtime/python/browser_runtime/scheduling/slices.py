"""Time slices: suspends a thread that computes, so that other threads run and Ctrl+C is handled.

While bytecode runs, Python keeps asking the kernel whether a signal is pending. When the time slice
is over, the kernel answers SIGVTALRM, and the handler of that signal suspends the thread.
"""

import signal
import sys
from time import perf_counter_ns
from types import FrameType

import browser_kernel as kernel

from browser_runtime import facts
from browser_runtime.scheduling import scheduler, virtual_time

SIGNAL = signal.SIGVTALRM
# CPython's functions. Programs get other ones, from primitives/signals.py and from `install`.
_set_handler = signal.signal
_set_switch_interval = sys.setswitchinterval


def _on_slice_over(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
    if scheduler.is_atomic(frame):
        kernel.try_again()  # An update of the runtime must not be interrupted.
        return
    if scheduler.can_switch():
        _take_turns(frame)
    scheduler.raise_requested()


def _take_turns(frame: FrameType | None) -> None:
    """Let other threads run, then do what has become due for this thread in the meantime."""
    me, observer = scheduler.get_ident(), scheduler.observer
    others_are_ready = scheduler.ready_count() > 1
    if others_are_ready:
        facts.competed(me)
    # If another thread's wait has just ended, that thread is not counted as ready, but it runs when
    # this one is suspended. Measure how long it runs, except in virtual time: there this thread
    # loses no time, and reading the clock could advance it.
    is_timed = not others_are_ready and scheduler.thread_count() > 1 and not virtual_time.is_on
    suspended_at = perf_counter_ns() if is_timed else 0
    if observer:
        observer.end_slice(me, frame)
    try:  # noqa: SIM105 - the next time slice could end inside of `contextlib`, unrecorded
        scheduler.yield_slice()
    except scheduler.CannotSuspendError:
        pass  # The thread keeps running.
    if is_timed and (other := scheduler.previous_thread()) != me:
        facts.lost_time(me, other, perf_counter_ns() - suspended_at)
    if observer:
        observer.begin_slice(me)
    if scheduler.is_main():
        if kernel.interrupted:
            scheduler.deliver_interrupt()
        if scheduler.signal_timers():
            scheduler.deliver_timers()
    elif scheduler.is_over():
        raise SystemExit


def setswitchinterval(interval: float, /) -> None:
    """Set the length of time slices in seconds, like `sys.setswitchinterval`."""
    _set_switch_interval(interval)  # This function checks the argument.
    # In ms. Browsers' clocks have steps of 0.1 ms or more, so shorter slices cannot be measured.
    kernel.interval = max(interval * 1000, 0.1)


def arm() -> None:
    """Begin to end the time slices of running threads, which have CPython's default length."""
    _set_handler(SIGNAL, _on_slice_over)
    setswitchinterval(0.005)
    kernel.arm(True)


def disarm() -> None:
    """Stop ending time slices, so that the running code is not interrupted any more."""
    kernel.arm(False)


def install() -> None:
    """Replace `sys.setswitchinterval` by the function that also informs the kernel."""
    sys.setswitchinterval = setswitchinterval
