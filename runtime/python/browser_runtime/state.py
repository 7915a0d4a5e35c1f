"""Remembers the interpreter's state before any program, and restores it after each one.

The attributes of modules are restored, so a name that a program has rebound (`time.sleep = fake`,
`builtins.print = mine`) has its old value again. The modules of this package are not restored, see
`guard`, and `sys` only in part. State inside objects, such as the list of warning filters, is
restored object by object.
"""

import builtins
import gc
import logging
import os
import random
import shutil
import signal
import sys
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from browser_runtime import trace_hooks
from browser_runtime.regional import locales

# Restores a part of the state to what it was when the function was made.
_Undo = Callable[[], None]

# What `restore` calls, in this order.
_undo: list[_Undo] = []
# The attributes of `sys` that programs may rebind, and that are restored.
_SYS_ATTRIBUTES = (
    "_setprofileallthreads",
    "_settraceallthreads",
    "argv",
    "breakpointhook",
    "displayhook",
    "dont_write_bytecode",
    "excepthook",
    "getprofile",
    "gettrace",
    "ps1",
    "setprofile",
    "settrace",
    "stderr",
    "stdin",
    "stdout",
    "tracebacklimit",
    "unraisablehook",
)
_missing = object()
# CPython's functions. Programs get other ones; see primitives/signals.py.
_set_handler, _getsignal = signal.signal, signal.getsignal


def _modules() -> _Undo:
    """Remember the attributes of modules; the result also forgets modules imported later."""
    before = dict(sys.modules)
    attributes = [
        (module.__dict__, dict(module.__dict__))
        for name, module in before.items()
        if isinstance(module, ModuleType)
        and name not in ("sys", "__main__", "threading")  # `threads.renew` restores threading
        and not name.startswith("browser_runtime")
    ]

    def undo() -> None:
        for name in sys.modules.keys() - before.keys():
            # Modules written in C can break when they are initialised a second time.
            if name not in sys.builtin_module_names:
                del sys.modules[name]
        sys.modules.update(before)
        for namespace, saved in attributes:
            for name in namespace.keys() - saved.keys():
                del namespace[name]
            namespace.update(saved)

    return undo


def _sys() -> _Undo:
    saved = {name: getattr(sys, name, _missing) for name in _SYS_ATTRIBUTES}
    path, recursion, switch = list(sys.path), sys.getrecursionlimit(), sys.getswitchinterval()
    meta_path, path_hooks = list(sys.meta_path), list(sys.path_hooks)

    def undo() -> None:
        for name, value in saved.items():
            if value is not _missing:
                setattr(sys, name, value)
            elif hasattr(sys, name):
                delattr(sys, name)
        sys.path[:], sys.meta_path[:], sys.path_hooks[:] = path, meta_path, path_hooks
        sys.setrecursionlimit(recursion)
        sys.setswitchinterval(switch)
        sys.set_asyncgen_hooks(None, None)
        sys.set_coroutine_origin_tracking_depth(0)
        trace_hooks.restore()

    return undo


def _surroundings() -> _Undo:
    """Remember locale, warnings, loggers, signals and the like; the result also removes files."""
    environment, folder = dict(os.environ), Path.cwd()
    homes = {*os.listdir("/home")} - {"reader", "library", "packages"}  # noqa: PTH208
    filters = list(warnings.filters)
    loggers = dict(logging.root.manager.loggerDict)
    root = (logging.root, *(a for a in loggers.values() if isinstance(a, logging.Logger)))
    # The handler of SIGVTALRM is set whenever a program starts; see `slices.arm`.
    handlers = {
        number: handler
        for number in signal.valid_signals() - {signal.SIGVTALRM}
        if (handler := _getsignal(number)) is not None
    }
    handlers[signal.SIGINT] = signal.default_int_handler
    settings = [(logger, {**vars(logger), "handlers": [], "filters": []}) for logger in root]

    def undo() -> None:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        locales.reset()
        for name in {*os.listdir("/home")} - homes:  # noqa: PTH208
            path = Path("/home", name)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        shutil.rmtree("/tmp", ignore_errors=True)  # noqa: S108 - a file system in memory
        Path("/tmp").mkdir(exist_ok=True)  # noqa: S108
        warnings.resetwarnings()
        warnings.filters[:] = filters  # type: ignore[index]
        # Modules of the standard library keep the loggers that they got when they were imported.
        logging.root.manager.loggerDict.clear()
        logging.root.manager.loggerDict.update(loggers)
        for logger, saved in settings:
            vars(logger).update(saved, handlers=[], filters=[], _cache={})
        logging.disable(logging.NOTSET)
        random.seed()
        for number, handler in handlers.items():
            if _getsignal(number) is not handler:
                _set_handler(number, handler)

    return undo


def _finalizers() -> _Undo:
    """Remember the finalizers of `weakref.finalize`.

    The result also lets `finalize` work again, because it stops working when a program has ended.
    """
    finalize: Any = weakref.finalize
    registry = dict(finalize._registry)

    def undo() -> None:
        finalize._registry.clear()
        finalize._registry.update(registry)
        finalize._shutdown = finalize._registered_with_atexit = False

    return undo


_builtins = dict(vars(builtins))


def restore_builtins() -> None:
    """Restore built-in functions such as `len`, which a program may have rebound.

    This has to happen before the runtime calls them.
    """
    builtins.__dict__.update(_builtins)


def remember() -> None:
    """Remember the current state as the one in which every program starts."""
    _undo[:] = [_modules(), _sys(), _surroundings(), _finalizers()]


def restore() -> None:
    """Restore the remembered state."""
    for undo in _undo:
        undo()
    gc.collect()
