"""Puts the primitives below the standard library, and the real ones back.

Modules are executed anew in place, as they keep locks and threads of their own. `threading` alone
for each run; the others refer to it by name.
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

# They are executed anew for every run, in this order.
_RENEWED = ("threading", "concurrent.futures.thread")
_real_thread = _thread


def _code(name: str) -> Any:
    spec = sys.modules[name].__spec__
    assert spec is not None
    loader: Any = spec.loader
    return loader.get_code(name)


class Replacement:
    """For the time of an exploration, while it is entered; see `renew`."""

    def __init__(self, *, tasks: bool) -> None:
        self._tasks = tasks
        for name in ("queue", *_RENEWED, *(["asyncio"] if tasks else [])):
            importlib.import_module(name)
        self._codes = {name: _code(name) for name in _RENEWED}
        self._fake = types.ModuleType("_thread")
        vars(self._fake).update(vars(_real_thread))
        vars(self._fake).update(primitives.THREAD)
        if sys.version_info < (3, 13):
            del self._fake._get_main_thread_ident

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Replace what programs use; afterwards it is as it was."""
        names = ["time", "queue", "concurrent.futures", *_RENEWED]
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
        modules["queue"].time = primitives.monotonic
        modules["queue"].SimpleQueue = modules["queue"]._PySimpleQueue
        if self._tasks:
            from explorer import loop

            modules["asyncio.events"]._event_loop_policy = loop.Policy()
            asyncio = modules["asyncio"]
            asyncio.SelectorEventLoop = asyncio.EventLoop = loop.Loop

    def renew(self) -> None:
        """Make the replaced modules as if just imported; a run has to be going on."""
        primitives.started.__init__()  # type: ignore[misc]
        register = os.__dict__.pop("register_at_fork", None)
        try:
            for name, code in self._codes.items():
                exec(code, vars(sys.modules[name]))  # noqa: S102 - CPython's own modules
        finally:
            if register:
                os.register_at_fork = register
        # It keeps the class that somebody has asked for.
        vars(sys.modules["concurrent.futures"]).pop("ThreadPoolExecutor", None)
        if self._tasks:
            from explorer import loop

            loop.Loop.numbers = 0
        assert scheduler.is_running()
