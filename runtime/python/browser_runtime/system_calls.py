"""Observes functions of `os` that differ from CPython in the browser, but raise no exception."""

import os
import sys
from typing import Any

from browser_runtime import facts
from browser_runtime.stand_in import StandIn, Watched


class _Cores(StandIn):
    """Replaces a function that returns the number of cores."""

    def __call__(self) -> int | None:
        count: int | None = self._original()
        if sys._getframe(1).f_code.co_filename == self._program:
            facts.counted_cores(count or 1)
        return count


class _Command(StandIn):
    """Replaces a function that runs a command, and that returns -1 here because it cannot."""

    def __call__(self, *args: Any, **keywords: Any) -> int:
        status: int = self._original(*args, **keywords)
        caller = sys._getframe(1)
        if status == -1 and caller.f_code.co_filename == self._program:
            facts.call_failed(f"{self.__module__}.{self.__name__}", caller.f_lineno)
        return status


WATCHED: list[Watched] = [
    (_Cores, os, ("cpu_count", "process_cpu_count")),
    (_Command, os, ("system",)),
]
