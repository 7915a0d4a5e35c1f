"""Calls back when a module has been imported, so that hooks need not import it themselves."""

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Loader:
    """Wraps a loader, and calls back when it has loaded a module.

    Args:
        loader: the module's own loader, which may be shared with other modules.
        on_import: called with the module.
    """

    def __init__(self, loader: Any, on_import: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._on_import = on_import

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let the module's own loader create the module."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Let the module's own loader execute the module, then call back."""
        # Code that reads the module's source, such as `inspect`, needs the module's own loader.
        module.__loader__ = self._loader
        if module.__spec__:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._on_import(module)


class _Finder:
    """Waits for the import of one module; then removes itself and wraps the module's loader."""

    def __init__(self, name: str, on_import: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._on_import = on_import

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find the module with the other finders and wrap its loader."""
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path)
        spec = next((spec for spec in found if spec), None)
        if spec and spec.loader:
            loader: Any = Loader(spec.loader, self._on_import)
            spec.loader = loader
        return spec


def when_imported(name: str, on_import: Callable[[ModuleType], None]) -> None:
    """Call back with a module when it is imported, or now if it already has been."""
    if name in sys.modules:
        on_import(sys.modules[name])
    else:
        sys.meta_path.insert(0, _Finder(name, on_import))
