"""Replaces or adapts `multiprocessing` and similar modules when a program imports them."""

import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from runnable_tracer.imports import Loader

from browser_runtime.processes import (
    connections,
    contexts,
    interpreters,
    memory,
    semaphores,
)
from browser_runtime.processes.cpython_internals import require_module


def _fill_multiprocessing(module: ModuleType) -> None:
    vars(module).update(SemLock=semaphores.SemLock, sem_unlink=semaphores.sem_unlink, flags={})


def _adapt_synchronize(module: Any) -> None:
    semaphores.adapt(module)
    memory.adapt_synchronize(module)


# Modules in C that do not exist in a browser, and the functions that fill their replacements.
_REPLACED: dict[str, Callable[[ModuleType], None]] = {
    "_interpqueues": interpreters.fill_queues,
    "_interpreters": interpreters.fill_interpreters,
    "_multiprocessing": _fill_multiprocessing,
    "_posixshmem": memory.fill_named,
}
# Modules of the standard library, and the functions that adapt them after their import.
_ADAPTED: dict[str, Callable[[Any], None]] = {
    "multiprocessing.connection": connections.adapt,
    "multiprocessing.context": contexts.adapt,
    "multiprocessing.heap": memory.adapt_heap,
    "multiprocessing.sharedctypes": memory.adapt_shared_types,
    "multiprocessing.synchronize": _adapt_synchronize,
}


def _adapt(module: ModuleType) -> None:
    require_module(module)
    _ADAPTED[module.__name__](module)


class _Loader:
    """Loads the replacement of a module in C."""

    def __init__(self, fill: Callable[[ModuleType], None]) -> None:
        self._fill = fill

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Return None, so that the import system creates an ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        self._fill(module)


class _Finder:
    """Finds the modules that are replaced or adapted."""

    @staticmethod
    def find_spec(
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in _REPLACED:
            return importlib.machinery.ModuleSpec(fullname, _Loader(_REPLACED[fullname]))  # type: ignore[arg-type]
        if fullname not in _ADAPTED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = Loader(spec.loader, _adapt)  # type: ignore[assignment]
        return spec


def install() -> None:
    """Register the finder that replaces or adapts modules whenever a program imports them."""
    sys.meta_path.insert(0, _Finder)
