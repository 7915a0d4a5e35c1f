"""The clocks of programs: processor time, time zone, and readings that do not differ.

Browsers reduce the resolution of their clocks, each by a different amount, so a program that
measures a short time may find that no time has passed. To detect this, each clock function that the
program names is replaced by one that also compares successive readings. The comparison takes far
less time than one step of the browser's clock.
"""

import sys
import time
from types import CodeType
from typing import Any

import browser_kernel as kernel

from browser_runtime import facts, stand_in
from browser_runtime.scheduling import scheduler


class _Clock(stand_in.StandIn):
    """A clock function that records if two calls in a row show the program the same time.

    This is recorded only for calls of one thread at two different places in the program.
    """

    # The program's last reading: the thread that called this function, and the time.
    _last: tuple[int, float] | None = None
    # Where the last reading was: the code, and the position of the call in it.
    _place: tuple[CodeType, int] | None = None

    def __call__(self) -> float:
        now: float = self._original()
        frame = sys._getframe(1)
        if frame.f_code.co_filename == self._program:
            reading, place = (scheduler.get_ident(), now), (frame.f_code, frame.f_lasti)
            # A loop that polls the clock reads the same time at the same place, which is normal.
            if reading == self._last and place != self._place:
                facts.clock_stood_still()
            self._last, self._place = reading, place
        return now


_CLOCKS = ("perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "time", "time_ns")
WATCHED: list[stand_in.Watched] = [(_Clock, time, _CLOCKS)]


# In seconds: the processor time when the program started, and the latest result of `process_time`.
_origin = 0.0
_latest = 0.0


def process_time() -> float:
    """Return the seconds for which the program has run, without the time for which it waited."""
    global _latest
    # The browser rounds both times, so their difference could be smaller than in an earlier call.
    _latest = max(_latest, (kernel.now() - kernel.idle) / 1000 - _origin)
    return _latest


def process_time_ns() -> int:
    """Like `process_time`, in nanoseconds."""
    return int(process_time() * 1_000_000_000)


_YEAR = (365 * 24 + 6) * 3600  # seconds, on average


def begin() -> None:
    """Let `process_time` count from now. Called when a program starts."""
    global _origin, _latest
    _origin, _latest = (kernel.now() - kernel.idle) / 1000, 0.0


def set_time_zone() -> None:
    """Set the time zone of `time` to that of the reader."""
    # CPython does the same when it starts; see `init_timezone` in
    # https://github.com/python/cpython/blob/3.14/Modules/timemodule.c. Of the two offsets, winter
    # time is the more western one.
    january = time.time() // _YEAR * _YEAR
    moments = time.localtime(january), time.localtime(january + _YEAR // 2)
    winter, summer = sorted(moments, key=lambda moment: moment.tm_gmtoff)
    zone: Any = time
    zone.timezone, zone.altzone = -winter.tm_gmtoff, -summer.tm_gmtoff
    zone.daylight = int(winter.tm_gmtoff != summer.tm_gmtoff)
    zone.tzname = winter.tm_zone, summer.tm_zone


def install() -> None:
    """Replace the functions for processor time, because the browser has no such clock."""
    for clock in (process_time, process_time_ns):
        clock.__module__ = "time"
        setattr(time, clock.__name__, clock)
