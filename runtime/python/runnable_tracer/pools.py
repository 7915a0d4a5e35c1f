"""Records the calls that the workers of a thread pool run."""

import contextvars
import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from runnable_tracer import imports
from runnable_tracer.cpython_internals import require_module
from runnable_tracer.recorder import Recorder


def install(recorder: Recorder) -> None:
    """Record the start and end of each call that a pool runs from now on."""
    imports.when_imported("concurrent.futures.thread", lambda module: _install(recorder, module))


def _unwrap(function: Any) -> Any:
    """Return the program's function below partials, such as the one of `asyncio.to_thread`."""
    while isinstance(function, functools.partial):
        in_context = isinstance(getattr(function.func, "__self__", None), contextvars.Context)
        function = function.args[0] if in_context and function.args else function.func
    return function


def _install(recorder: Recorder, module: ModuleType) -> None:
    item: Any = require_module(module)._WorkItem
    run: Callable[..., None] = item.run

    def recording_run(self: Any, *args: Any) -> None:
        lane, events = recorder.running_lane(), recorder.events
        # Python 3.14 replaced the attribute `fn` by a tuple `task` that begins with the function.
        function = _unwrap(getattr(self, "fn", None) or self.task[0])
        name = getattr(function, "__name__", "a call")
        line = recorder.first_line(getattr(function, "__code__", None))
        events.append(("job", lane, recorder.now(), name, line))
        try:
            run(self, *args)
        finally:
            events.append(("job", lane, recorder.now(), "", 0))

    item.run = recording_run
