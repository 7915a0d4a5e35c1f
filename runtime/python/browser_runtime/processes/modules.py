"""Puts our primitives below the standard library's modules for processes when they are imported."""

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


def _fill(module: ModuleType) -> None:
    vars(module).update(SemLock=semaphores.SemLock, sem_unlink=semaphores.sem_unlink, flags={})


def _adapt_synchronize(module: Any) -> None:
    semaphores.adapt(module)
    memory.adapt_synchronize(module)


# Modules in C that a browser does not have, and what makes one.
_MADE: dict[str, Callable[[ModuleType], None]] = {
    "_interpqueues": interpreters.fill_queues,
    "_interpreters": interpreters.fill_interpreters,
    "_multiprocessing": _fill,
    "_posixshmem": memory.fill_named,
}
# Modules of the standard library, and what is done to them when they have been imported.
_ADAPTED: dict[str, Callable[[Any], None]] = {
    "multiprocessing.connection": connections.adapt,
    "multiprocessing.context": contexts.adapt,
    "multiprocessing.heap": memory.adapt_heap,
    "multiprocessing.sharedctypes": memory.adapt_shared_types,
    "multiprocessing.synchronize": _adapt_synchronize,
}


class _Maker:
    def __init__(self, fill: Callable[[ModuleType], None]) -> None:
        self._fill = fill

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Let it be an ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        self._fill(module)


class _Importer:
    @staticmethod
    def find_spec(
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in _MADE:
            return importlib.machinery.ModuleSpec(fullname, _Maker(_MADE[fullname]))  # type: ignore[arg-type]
        if fullname not in _ADAPTED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = Loader(spec.loader, _ADAPTED[fullname])  # type: ignore[assignment]
        return spec


def install() -> None:
    """See to these modules whenever a program imports them."""
    sys.meta_path.insert(0, _Importer)
