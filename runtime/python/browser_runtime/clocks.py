"""Notices when a program measures something that is shorter than a step of the browser's clock.

Browsers make their clocks coarse; how much differs. A clock that the program names is replaced by
one that also compares readings, which costs far less time than one of those steps takes.
"""

import sys
import time
from types import CodeType

from browser_runtime import facts, scheduler
from browser_runtime.stand_in import StandIn, install

_CLOCKS = ("perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "time", "time_ns")


class _Clock(StandIn):
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


def watch(code: CodeType) -> None:
    """Replace the clocks that the program names, until the next clean state."""
    install(_Clock, time, _CLOCKS, code)
