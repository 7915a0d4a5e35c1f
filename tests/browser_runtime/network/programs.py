"""Runs programs in the fake worker, with CPython's own modules on the network of the page."""

import asyncio
import builtins
import gc
import importlib
import os
import sys
import types
from asyncio import events, timeouts
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tests.browser_runtime import harness

facade: Any = importlib.import_module("browser_runtime.network.facade")
descriptors: Any = importlib.import_module("browser_runtime.network.descriptors")
defaults: Any = importlib.import_module("browser_runtime.network.cpython.defaults")
loopback: Any = importlib.import_module("browser_runtime.network.loopback.networks")
system: Any = importlib.import_module("browser_runtime.network.cpython.system")

# As in `facade.install`, so that modules which ask what sockets can do get the answer of the page.
facade._use_late_methods()


class NetworkLibrary(harness.Library):
    """The modules of the standard library that these programs use, on the network of the page."""

    def __init__(self) -> None:
        super().__init__()
        own = self._own
        own["_socket"] = facade.make_socket_module(importlib.import_module("_socket"))
        own["select"] = facade.make_select_module(importlib.import_module("select"))
        functions = {
            **facade.os_functions(),
            **facade.file_functions(),
            "fdopen": facade.fdopen,
        }
        functions["process_cpu_count"] = functions["cpu_count"] = lambda: 4
        own["os"] = types.SimpleNamespace(**{**vars(os), **functions})
        control = importlib.import_module("fcntl")
        own["fcntl"] = types.SimpleNamespace(
            **{**vars(control), "fcntl": facade._control(control.fcntl)}
        )
        own["time"] = types.SimpleNamespace(
            **{**vars(importlib.import_module("time")), **vars(self.time)}
        )
        facade._is_probing = True
        self.selectors: Any = self._load("selectors")
        facade._is_probing = False
        self.socket: Any = self._load("socket")
        self.select: Any = own["select"]
        self.os: Any = own["os"]

    def load(self, name: str) -> Any:
        """Load a module of the standard library, such as `socketserver`, on top of the others."""
        parent, _, child = name.rpartition(".")
        module = self._load(name)
        if parent:
            package = self._own.setdefault(parent, types.ModuleType(parent))
            setattr(package, child, module)
        return module

    def execute(self, source: str) -> list[str]:
        """Execute the source of a program, and return the lines that it prints."""
        lines: list[str] = []

        def write(*values: object) -> None:
            lines.append(" ".join(map(str, values)))

        namespace = {
            "__name__": "__main__",
            "__builtins__": {
                **vars(builtins),
                "__import__": self._import,
                "open": facade.open_file,
                "print": write,
            },
        }
        exec(compile(source, "program.py", "exec"), namespace)
        return lines


@contextmanager
def asyncio_on(library: NetworkLibrary) -> Iterator[None]:
    """Let the modules of asyncio use the modules of a library, and the event loop of the page."""
    own = {
        "concurrent": types.SimpleNamespace(
            futures=types.SimpleNamespace(
                **vars(library._own["concurrent.futures"]._base), **_executors(library)
            )
        ),
        **{name: getattr(library, name) for name in ("os", "selectors", "socket", "threading")},
        "time": library._own["time"],
    }
    modules = [module for name, module in sys.modules.items() if name.startswith("asyncio.")]
    with pytest.MonkeyPatch.context() as patch:
        for module in (*modules, harness.event_loop):
            for name, replacement in own.items():
                if hasattr(module, name) and name not in _KEPT.get(module.__name__, ()):
                    patch.setattr(module, name, replacement)
        with harness.python_3_14_names():
            policy = harness.event_loop.make_policy()()
        patch.setattr(events, "_event_loop_policy", policy)
        for module in (asyncio, timeouts):
            patch.setattr(module, "timeout", harness.event_loop.timeout)
        yield


# Whether Ctrl+C can be handled depends on the real main thread.
_KEPT = {"asyncio.runners": ("threading",), harness.event_loop.__name__: ("threading",)}


def _executors(library: NetworkLibrary) -> dict[str, Any]:
    return {"ThreadPoolExecutor": library.futures.ThreadPoolExecutor}


def run[T](program: Callable[[NetworkLibrary], T], **options: Any) -> T:
    """Run a program with a network of its own; see `harness.run`."""

    def start(_: harness.Library) -> T:
        library = NetworkLibrary()
        library.errors = _.errors
        library.threading.excepthook = lambda args: library.errors.append(args.exc_value)
        with asyncio_on(library):
            result = program(library)
            library.threading._shutdown()
        return result

    try:
        return harness.run(start, **options)
    finally:
        gc.collect()  # What the program has not closed is closed now, as `program` does it.
        end()


def end() -> None:
    """Close everything, as at the end of a program."""
    descriptors.end()
    facade.set_delays()
    defaults.timeout = None


def fill(end: Any) -> int:
    """Send until there is no room, and return how many bytes were sent."""
    end.setblocking(False)
    sent = 0
    with suppress(BlockingIOError):
        while True:
            sent += end.send(bytes(100_000))
    return sent
