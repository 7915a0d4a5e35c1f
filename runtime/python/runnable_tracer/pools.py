"""Watches which call a worker of a pool of threads is at."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from runnable_tracer import imports
from runnable_tracer.recorder import Recorder


def watch(recorder: Recorder) -> None:
    """Tell of each call that a worker begins and ends."""
    imports.when_imported("concurrent.futures.thread", lambda module: _watch(recorder, module))


def _watch(recorder: Recorder, module: ModuleType) -> None:
    item: Any = module._WorkItem
    run: Callable[..., None] = item.run

    def watched(self: Any, *args: Any) -> None:
        lane, rows = recorder.working(), recorder.rows
        # From Python 3.14 on a call is a task, of which the function is a part.
        function = getattr(self, "fn", None) or self.task[0]
        name = getattr(function, "__name__", "a call")
        line = recorder.first(getattr(function, "__code__", None))
        rows.append(("job", lane, recorder.now(), name, line))
        try:
            run(self, *args)
        finally:
            rows.append(("job", lane, recorder.now(), "", 0))

    item.run = watched
