"""Runs programs in the fake worker, with CPython's own modules on the network of the page."""

import builtins
import importlib
import os
import types
from collections.abc import Callable
from typing import Any

from tests.browser_runtime import harness

facade: Any = importlib.import_module("browser_runtime.network.facade")
descriptors: Any = importlib.import_module("browser_runtime.network.descriptors")
defaults: Any = importlib.import_module("browser_runtime.network.cpython.defaults")
loopback: Any = importlib.import_module("browser_runtime.network.loopback.networks")
system: Any = importlib.import_module("browser_runtime.network.cpython.system")


class NetworkLibrary(harness.Library):
    """The modules of the standard library that these programs use, on the network of the page."""

    def __init__(self) -> None:
        super().__init__()
        own = self._own
        own["_socket"] = facade.make_socket_module(importlib.import_module("_socket"))
        own["select"] = facade.make_select_module(importlib.import_module("select"))
        functions = {**facade.os_functions(), "fdopen": facade.fdopen}
        functions["process_cpu_count"] = functions["cpu_count"] = lambda: 4
        own["os"] = types.SimpleNamespace(**{**vars(os), **functions})
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


def run[T](program: Callable[[NetworkLibrary], T], **options: Any) -> T:
    """Run a program with a network of its own; see `harness.run`."""

    def start(_: harness.Library) -> T:
        library = NetworkLibrary()
        library.errors = _.errors
        library.threading.excepthook = lambda args: library.errors.append(args.exc_value)
        result = program(library)
        library.threading._shutdown()
        return result

    try:
        return harness.run(start, **options)
    finally:
        end()


def end() -> None:
    """Close everything, as at the end of a program."""
    descriptors.end()
    facade.begin()
    defaults.timeout = None
