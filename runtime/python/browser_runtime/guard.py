"""Notices what a program did that `state` cannot undo; its worker is then replaced.

The check lives in one closure that only JavaScript holds, with everything it calls, so that a
program that rebinds functions (builtins, `os`, this package) does not reach it by name.
"""

import codecs
import gc
import os
import stat
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

_OURS = ("browser_runtime", "runnable_tracer")
# Programs write here, and `state` empties it; the others are no real files.
_LEFT_OUT = frozenset({"/home", "/tmp", "/dev", "/proc"})  # noqa: S108 - a file system in memory


def _own_parts() -> list[tuple[dict[str, Any], str, object, object]]:
    """Every function and class of this package: namespace, name, object, and its code if it has."""
    parts: list[tuple[dict[str, Any], str, object, object]] = []

    def add(namespace: Any) -> None:
        for name, value in list(namespace.items()):
            if isinstance(value, FunctionType):
                parts.append((namespace, name, value, value.__code__))
            elif isinstance(value, type | ModuleType):
                parts.append((namespace, name, value, None))

    for module_name, module in list(sys.modules.items()):
        if module_name.startswith(_OURS):
            add(vars(module))
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__.startswith(_OURS):
                    add(vars(value))
    return parts


def _count_calls(module: ModuleType, name: str) -> Callable[[], int]:
    """Replace a function by one that counts; for registries that cannot be looked into."""
    original, calls = getattr(module, name), 0

    def counted(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        return original(*args)

    setattr(module, name, counted)
    return lambda: calls


def seal() -> Callable[[], bool]:
    """Take the present state as the sound one; return the check whether it still is.

    To be called once, when the runtime is complete, before `state.remember`.
    """
    listdir, lstat, fstat, is_folder = os.listdir, os.lstat, os.fstat, stat.S_ISDIR
    subclasses, callbacks, is_enabled = type.__subclasses__, gc.callbacks, gc.isenabled
    get_threshold, threshold, base = gc.get_threshold, gc.get_threshold(), object
    code_of = FunctionType.__dict__["__code__"].__get__
    name_of = type.__dict__["__module__"].__get__
    parts = _own_parts()
    undo = sys.modules["browser_runtime.state"].__dict__
    audit_hooks = _count_calls(sys, "addaudithook")
    codec_searches = _count_calls(codecs, "register")

    def files(folder: str, found: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        for name in listdir(folder):
            path = f"{folder.rstrip('/')}/{name}"
            if path not in _left_out:
                status = lstat(path)
                if is_folder(status.st_mode):
                    files(path, found)
                else:
                    found[path] = (status.st_size, status.st_mtime_ns)
        return found

    _left_out = _LEFT_OUT
    library: dict[str, tuple[int, int]] = {}
    steps: list[object] = []

    def intact() -> bool:
        for namespace, name, value, code in parts:
            if namespace.get(name) is not value:
                return False
            if code is not None and code_of(value) is not code:
                return False
        if not steps:  # Called for the first time: everything is in place now.
            steps.extend(undo["_undo"])
            files("/", library)
        if undo["_undo"] != steps or files("/", {}) != library:
            return False
        for descriptor in (0, 1, 2):
            fstat(descriptor)  # Raises when it is closed.
        if callbacks or not is_enabled() or get_threshold() != threshold:
            return False
        if audit_hooks() or codec_searches():
            return False
        # Through ctypes a program can write anywhere; its entry in `sys.modules` is easily deleted.
        return "_ctypes" not in [name_of(kind) for kind in subclasses(base)]

    return intact
