"""Clocks: processor time without waiting; measurements shorter than a step of the browser's clock.

Browsers make their clocks coarse; how much differs. A clock that the program names is replaced by
one that also compares readings, which costs far less time than one of those steps takes.
"""

import sys
import time
from types import CodeType
from typing import Any

import browser_kernel as kernel

from browser_runtime import facts, stand_in
from browser_runtime.scheduling import scheduler


class _Clock(stand_in.StandIn):
    _last: tuple[int, float] | None = None
    _place: tuple[CodeType, int] | None = None

    def __call__(self) -> float:
        now: float = self._original()
        frame = sys._getframe(1)
        if frame.f_code.co_filename == self._program:
            reading, place = (scheduler.get_ident(), now), (frame.f_code, frame.f_lasti)
            # A loop that waits for the time to come reads it at one place again and again.
            if reading == self._last and place != self._place:
                facts.clock_stood_still()
            self._last, self._place = reading, place
        return now


_CLOCKS = ("perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "time", "time_ns")
WATCHED: list[stand_in.Watched] = [(_Clock, time, _CLOCKS)]


_origin = 0.0
_latest = 0.0


def process_time() -> float:
    """Return the seconds for which the program has run; waiting does not count."""
    global _latest
    # The parts are rounded each by itself, but no clock of this kind ever goes back.
    _latest = max(_latest, (kernel.now() - kernel.idle) / 1000 - _origin)
    return _latest


def process_time_ns() -> int:
    """Like `process_time`, in nanoseconds."""
    return int(process_time() * 1_000_000_000)


_HALF_A_YEAR = 182 * 86400  # seconds


def begin() -> None:
    """Let `process_time` count from now, where a program begins."""
    global _origin, _latest
    _origin, _latest = (kernel.now() - kernel.idle) / 1000, 0.0


def set_time_zone() -> None:
    """Let `time` know the time zone of this place."""
    # As CPython does when it starts: winter time is that of the two which is further west.
    january = time.time() // (2 * _HALF_A_YEAR) * (2 * _HALF_A_YEAR)
    moments = time.localtime(january), time.localtime(january + _HALF_A_YEAR)
    winter, summer = sorted(moments, key=lambda moment: moment.tm_gmtoff)
    zone: Any = time
    zone.timezone, zone.altzone = -winter.tm_gmtoff, -summer.tm_gmtoff
    zone.daylight = int(winter.tm_gmtoff != summer.tm_gmtoff)
    zone.tzname = winter.tm_zone, summer.tm_zone


def install() -> None:
    """Put the clocks in place that the browser has no equal of."""
    for clock in (process_time, process_time_ns):
        clock.__module__ = "time"
        setattr(time, clock.__name__, clock)
