"""Signals as on CPython: handlers belong to the main thread, and timers send signals to it.

The only signals that arrive from outside of a process are SIGINT, from the reader (Ctrl+C) or from
another process, and SIGVTALRM, with which the kernel ends time slices. The timers use the program's
clocks, so they work in virtual time as well.
"""

import errno
import math
import os
import signal
from typing import Any

from browser_runtime.scheduling import clocks, scheduler, slices, virtual_time

type _Handler = Any

_ONLY_MAIN = "only works in main thread of the main interpreter"
_NS_PER_S = 1_000_000_000
# The signals that no program can handle. Emscripten does not refuse to set a handler for them.
_ALWAYS_END = (signal.SIGKILL, signal.SIGSTOP)
# CPython's functions, which `install` replaces.
_signal, _getsignal, _set_wakeup_fd = signal.signal, signal.getsignal, signal.set_wakeup_fd

# The signal that each kind of timer sends.
_SENT = {
    signal.ITIMER_REAL: signal.SIGALRM,
    signal.ITIMER_VIRTUAL: signal.SIGVTALRM,
    signal.ITIMER_PROF: signal.SIGPROF,
}


class _Timer(scheduler.SignalTimer):
    """A timer of `signal.setitimer`, which measures real time or the program's processor time."""

    def __init__(self, which: int, seconds: float, interval: float) -> None:
        self.number = _SENT[which]
        self.interval = interval
        self.is_real = which == signal.ITIMER_REAL
        if self.is_real:
            self._moment = virtual_time.moment_in(seconds)
        else:
            self._moment = clocks.process_time_ns() + virtual_time.nanoseconds(seconds)

    def seconds_left(self) -> float:
        if self.is_real:
            return virtual_time.seconds_to(self._moment)
        return max(0, self._moment - clocks.process_time_ns()) / _NS_PER_S

    def restart(self) -> bool:
        if not self.interval:
            return False
        # If several intervals have passed since the timer was due, it sends only one signal.
        late = -self.nanoseconds_left()
        step = max(1, virtual_time.nanoseconds(self.interval))
        self._moment += step * (1 + max(0, late) // step)
        return True

    def nanoseconds_left(self) -> int:
        """Return how many ns are left; a negative number if the time has passed."""
        now = virtual_time.moment_in(0) if self.is_real else clocks.process_time_ns()
        return self._moment - now


def set_handler(signalnum: int, handler: _Handler, /) -> _Handler:
    """Like `signal.signal`, with the same restriction to the main thread."""
    if not scheduler.is_main():
        raise ValueError(f"signal {_ONLY_MAIN}")
    if signalnum in _ALWAYS_END:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    if signalnum != slices.SIGNAL:
        return _signal(signalnum, handler)
    # The kernel uses this signal, so the scheduler keeps the program's handler.
    if not callable(handler) and handler not in (signal.SIG_IGN, signal.SIG_DFL):
        raise TypeError(
            "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"
        )
    return scheduler.keep_handler(handler)


def get_handler(signalnum: int, /) -> _Handler:
    """Like `signal.getsignal`."""
    if signalnum == slices.SIGNAL:
        return scheduler.kept_handler()
    return _getsignal(signalnum)


def set_wakeup_fd(fd: int, /, *, warn_on_full_buffer: bool = True) -> int:
    """Like `signal.set_wakeup_fd`, with the same restriction to the main thread."""
    if not scheduler.is_main():
        raise ValueError(f"set_wakeup_fd {_ONLY_MAIN}")
    return _set_wakeup_fd(fd, warn_on_full_buffer=warn_on_full_buffer)


def pthread_kill(thread_id: int, signalnum: int, /) -> None:
    """Like `signal.pthread_kill`: whichever thread gets the signal, the main thread handles it."""
    if thread_id not in dict.fromkeys(ident for ident, *_ in scheduler.list_threads()):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    if not 0 <= signalnum < signal.NSIG:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    if signalnum:
        signal.raise_signal(signalnum)


def _describe(timer: Any) -> tuple[float, float]:
    return (timer.seconds_left(), timer.interval) if timer else (0.0, 0.0)


def _check_timer(which: int, *seconds: float) -> None:
    if which not in _SENT or any(each < 0 for each in seconds):
        raise signal.ItimerError(errno.EINVAL, os.strerror(errno.EINVAL))


def setitimer(which: int, seconds: float, interval: float = 0.0, /) -> tuple[float, float]:
    """Like `signal.setitimer`."""
    _check_timer(which, seconds, interval)
    before = _describe(scheduler.signal_timers().pop(which, None))
    if seconds:
        scheduler.signal_timers()[which] = _Timer(which, seconds, interval)
    return before


def getitimer(which: int, /) -> tuple[float, float]:
    """Like `signal.getitimer`."""
    _check_timer(which)
    return _describe(scheduler.signal_timers().get(which))


def alarm(seconds: int, /) -> int:
    """Like `signal.alarm`."""
    left, _ = setitimer(signal.ITIMER_REAL, int(seconds))
    return math.ceil(left)


def pause() -> None:
    """Like `signal.pause`: wait until a handler has run."""
    if not scheduler.is_main():
        # Only the main thread handles signals, so this thread waits until the program ends.
        scheduler.wait(None, outside=True)
        return
    handled = scheduler.handled_signals()
    while scheduler.handled_signals() == handled:
        scheduler.wait(None)


def install() -> None:
    """Put the functions of this module into `signal`, which lacks some of them in the browser."""
    functions: dict[str, Any] = {
        "alarm": alarm,
        "getitimer": getitimer,
        "getsignal": get_handler,
        "pause": pause,
        "pthread_kill": pthread_kill,
        "set_wakeup_fd": set_wakeup_fd,
        "setitimer": setitimer,
        "signal": set_handler,
    }
    for name, function in functions.items():
        function.__module__, function.__name__, function.__qualname__ = "signal", name, name
        setattr(signal, name, function)
