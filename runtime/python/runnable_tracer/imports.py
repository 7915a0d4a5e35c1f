"""Calls back when a module has been imported: what is watched need not be imported for that."""

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Loader:
    """Calls back when it has loaded a module; stands before a loader that others may share.

    Args:
        loader: the module's own.
        imported: called with the module.
    """

    def __init__(self, loader: Any, imported: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._imported = imported

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as its own loader does."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code as its own loader does, and call back."""
        # Whoever asks the module for its source asks its own loader.
        module.__loader__ = self._loader
        if module.__spec__:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._imported(module)


class _Finder:
    def __init__(self, name: str, imported: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._imported = imported

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find the one module as the others do, and have it call back."""
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path)
        spec = next((spec for spec in found if spec), None)
        if spec and spec.loader:
            loader: Any = Loader(spec.loader, self._imported)
            spec.loader = loader
        return spec


def when_imported(name: str, imported: Callable[[ModuleType], None]) -> None:
    """Call back with this module when it has been imported: now, if it is already."""
    if name in sys.modules:
        imported(sys.modules[name])
    else:
        sys.meta_path.insert(0, _Finder(name, imported))
