"""Detects changes by a program that `state` cannot undo, after which the worker is replaced.

The function that checks for changes keeps everything that it calls in its closure, and only
JavaScript has a reference to it. A program that rebinds functions of `builtins`, `os` or this
package therefore cannot affect the check.
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
# Programs may write to the first two, where `state` removes the folders that programs use. The last
# two contain no real files.
_IGNORED = frozenset({"/home", "/tmp", "/dev", "/proc"})  # noqa: S108 - a file system in memory


def _own_parts() -> list[tuple[dict[str, Any], str, object, object]]:
    """List every function, class and module in the namespaces of this package and of the tracer.

    These are the namespaces of their modules, and of the classes that are defined there.

    Returns:
        Tuples of namespace, name, object and, for functions, their code; otherwise None.
    """
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
    """Replace a function that registers something by one that counts its calls.

    What `sys.addaudithook` and `codecs.register` have registered cannot be listed.

    Returns:
        A function that returns the number of calls.
    """
    original, calls = getattr(module, name), 0

    def counted(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        return original(*args)

    setattr(module, name, counted)
    return lambda: calls


def seal() -> Callable[[], bool]:
    """Return a function that checks whether the runtime is still as it is now.

    `seal` must be called once, when the runtime is complete, before `state.remember`.
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
            if path not in ignored:
                status = lstat(path)
                if is_folder(status.st_mode):
                    files(path, found)
                else:
                    found[path] = (status.st_size, status.st_mtime_ns)
        return found

    ignored = _IGNORED
    library: dict[str, tuple[int, int]] = {}
    steps: list[object] = []

    def intact() -> bool:
        for namespace, name, value, code in parts:
            if namespace.get(name) is not value:
                return False
            if code is not None and code_of(value) is not code:
                return False
        # The first call, in `browser_runtime.begin`, records the files and the steps of `state`.
        if not steps:
            steps.extend(undo["_undo"])
            files("/", library)
        if undo["_undo"] != steps or files("/", {}) != library:
            return False
        for descriptor in (0, 1, 2):
            # Raises an exception if the stream was closed, which the caller counts as a change.
            fstat(descriptor)
        if callbacks or not is_enabled() or get_threshold() != threshold:
            return False
        if audit_hooks() or codec_searches():
            return False
        # With ctypes a program can write anywhere in memory. The classes of `_ctypes` reveal that
        # it was imported, even if the program has deleted the entry in `sys.modules`.
        return "_ctypes" not in [name_of(kind) for kind in subclasses(base)]

    return intact
