"""Watches which call a worker of a pool of threads is at."""

import contextvars
import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from runnable_tracer import imports
from runnable_tracer.recorder import Recorder


def watch(recorder: Recorder) -> None:
    """Tell of each call that a worker begins and ends."""
    imports.when_imported("concurrent.futures.thread", lambda module: _watch(recorder, module))


def _own(function: Any) -> Any:
    """Return what the program wants to be called; `asyncio.to_thread` passes on one of its own."""
    while isinstance(function, functools.partial):
        in_context = isinstance(getattr(function.func, "__self__", None), contextvars.Context)
        function = function.args[0] if in_context and function.args else function.func
    return function


def _watch(recorder: Recorder, module: ModuleType) -> None:
    item: Any = module._WorkItem
    run: Callable[..., None] = item.run

    def watched(self: Any, *args: Any) -> None:
        lane, rows = recorder.working(), recorder.rows
        # From Python 3.14 on a call is a task, of which the function is a part.
        function = _own(getattr(self, "fn", None) or self.task[0])
        name = getattr(function, "__name__", "a call")
        line = recorder.first(getattr(function, "__code__", None))
        rows.append(("job", lane, recorder.now(), name, line))
        try:
            run(self, *args)
        finally:
            rows.append(("job", lane, recorder.now(), "", 0))

    item.run = watched
