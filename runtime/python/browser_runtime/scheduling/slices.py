"""Time slices: takes the turn away from a thread that keeps it, and lets Ctrl-C in.

Python asks the kernel for signals every few dozen bytecode checks, which answers SIGVTALRM when the
slice is over; the handler of that signal suspends the running thread.
"""

import signal
import sys
from time import perf_counter_ns
from types import FrameType

import browser_kernel as kernel

from browser_runtime import facts
from browser_runtime.scheduling import scheduler, virtual_time

_SIGNAL = signal.SIGVTALRM
_set_switch_interval = sys.setswitchinterval


def _on_slice_over(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
    if scheduler.is_atomic(frame):
        kernel.try_again()  # In the middle of an update that has to be whole.
        return
    if not scheduler.can_switch():
        return
    me, observer = scheduler.get_ident(), scheduler.observer
    is_rivalled = scheduler.ready_count() > 1
    if is_rivalled:
        facts.competed(me)
    # A thread that waits may have to go on. In virtual time computing takes none, but a look may.
    is_timed = not is_rivalled and scheduler.thread_count() > 1 and not virtual_time.is_on
    given_way = perf_counter_ns() if is_timed else 0
    if observer:
        observer.end_slice(me, frame)
    try:  # noqa: SIM105 - in `contextlib` the next slice could end before this one's end is told
        scheduler.yield_slice()
    except scheduler.CannotSuspendError:
        pass  # The thread keeps its turn.
    if is_timed and (other := scheduler.previous_thread()) != me:
        facts.lost_time(me, other, perf_counter_ns() - given_way)
    if observer:
        observer.begin_slice(me)
    if scheduler.is_main():
        if kernel.interrupted:
            scheduler.deliver_interrupt()
    elif scheduler.is_over():
        raise SystemExit


def setswitchinterval(interval: float, /) -> None:
    """Set how long a thread may run while others want to, in seconds."""
    _set_switch_interval(interval)  # It checks the argument.
    kernel.interval = max(interval * 1000, 0.1)


def arm() -> None:
    """Begin to measure slices."""
    signal.signal(_SIGNAL, _on_slice_over)
    setswitchinterval(0.005)
    kernel.arm(True)


def disarm() -> None:
    """Stop measuring: what runs now runs to its end."""
    kernel.arm(False)


def install() -> None:
    """Put the function in place that tells the kernel too."""
    sys.setswitchinterval = setswitchinterval
