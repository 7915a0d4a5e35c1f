"""Lets the standard library use the explorer's primitives, and restores the real ones afterwards.

`threading` and `concurrent.futures.thread` keep locks and threads of their own in global variables.
Their code is therefore executed again before each run, in the existing module objects, to which
other modules refer.
"""

import _thread
import contextlib
import importlib
import os
import sys
import types
from collections.abc import Iterator
from typing import Any

from explorer import primitives, scheduler
from explorer.cpython_internals import events_internals, queue_internals

# Modules whose code is executed again before each run, in this order.
_REEXECUTED = ("threading", "concurrent.futures.thread")
_real_thread = _thread


def _code(name: str) -> Any:
    spec = sys.modules[name].__spec__
    assert spec is not None
    loader: Any = spec.loader
    return loader.get_code(name)


class Replacement:
    """Replaces primitives of the standard library during an exploration.

    Args:
        tasks: whether to replace the event loop as well.
    """

    def __init__(self, *, tasks: bool) -> None:
        self._tasks = tasks
        for name in ("queue", *_REEXECUTED, *(["asyncio"] if tasks else [])):
            importlib.import_module(name)
        self._codes = {name: _code(name) for name in _REEXECUTED}
        # The module that `threading` imports as `_thread` during an exploration.
        self._fake = types.ModuleType("_thread")
        vars(self._fake).update(vars(_real_thread))
        vars(self._fake).update(primitives.THREAD)
        if sys.version_info < (3, 13):  # Python 3.12 does not have this function.
            del self._fake._get_main_thread_ident

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Replace the primitives within the `with` block, and restore them afterwards."""
        names = ["time", "queue", "concurrent.futures", *_REEXECUTED]
        if self._tasks:
            names += ["asyncio", "asyncio.events"]
        saved = {name: dict(vars(sys.modules[name])) for name in names}
        sys.modules["_thread"] = self._fake
        try:
            self._replace()
            yield
        finally:
            sys.modules["_thread"] = _real_thread
            for name, attributes in saved.items():
                namespace = vars(sys.modules[name])
                for added in namespace.keys() - attributes.keys():
                    del namespace[added]
                namespace.update(attributes)

    def _replace(self) -> None:
        modules: Any = sys.modules
        vars(modules["time"]).update(primitives.TIME)
        queue_internals.time = primitives.monotonic
        queue_internals.SimpleQueue = queue_internals._PySimpleQueue
        if self._tasks:
            from explorer import loop

            asyncio = modules["asyncio"]
            asyncio.SelectorEventLoop = asyncio.EventLoop = loop.Loop

    def reset(self) -> None:
        """Remove what the previous run has left in the modules that use the primitives."""
        assert scheduler.is_running()
        primitives.started_threads.__init__()  # type: ignore[misc]
        # Executing the modules again must not register their functions for `os.fork` once more.
        register = os.__dict__.pop("register_at_fork", None)
        try:
            for name, code in self._codes.items():
                exec(code, vars(sys.modules[name]))  # noqa: S102 - CPython's own modules
        finally:
            if register:
                os.register_at_fork = register
        # The package imports this class when it is first accessed, and then keeps it.
        vars(sys.modules["concurrent.futures"]).pop("ThreadPoolExecutor", None)
        if self._tasks:
            from explorer import loop

            loop.Loop.tasks_named = 0
            # A new policy has no current event loop for any thread. It also replaces a policy that
            # the program has set in the previous run.
            events_internals._event_loop_policy = loop.Policy()
