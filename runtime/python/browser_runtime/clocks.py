"""Notices when a program measures something that is shorter than a step of the browser's clock.

Browsers make their clocks coarse; how much differs. A clock that the program names is replaced by
one that also compares readings, which costs far less time than one of those steps takes.
"""

import sys
import time
from collections.abc import Callable, Iterator
from types import CodeType

from browser_runtime import facts, scheduler

_CLOCKS = ("perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "time", "time_ns")


class _Clock:
    """Stands for a function of `time`. An object, because a function would become a method."""

    def __init__(self, name: str, read: Callable[[], float], program: str) -> None:
        self.__name__ = self.__qualname__ = name
        self.__module__ = "time"
        self.__doc__ = read.__doc__
        self._read = read
        self._program = program
        self._last: tuple[int, float] | None = None
        self._place: tuple[CodeType, int] | None = None

    def __call__(self) -> float:
        now = self._read()
        frame = sys._getframe(1)
        if frame.f_code.co_filename == self._program:
            reading, place = (scheduler.get_ident(), now), (frame.f_code, frame.f_lasti)
            # A loop that waits for the time to come reads it at one place again and again.
            if reading == self._last and place != self._place:
                facts.clock_stood_still()
            self._last, self._place = reading, place
        return now

    def __repr__(self) -> str:
        return f"<built-in function {self.__name__}>"

    def __reduce__(self) -> str:
        return self.__name__


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def watch(code: CodeType) -> None:
    """Replace the clocks that the program names, until the next clean state."""
    named = set(_names(code))
    for name in _CLOCKS:
        if name in named:
            setattr(time, name, _Clock(name, getattr(time, name), code.co_filename))
