"""The private names of CPython on which the tracer depends.

A new version of Python may rename or remove a private name at any time. All private names are
therefore looked up and checked here, once, so that a missing one is reported by its name when the
tracer is imported, rather than as an error in the middle of a program. Private names of modules
that a program may import later are checked at that import; see `require_module`.

Names that only occur in text, such as those of functions in `reasons`, are checked by tests.
"""

import queue
import threading
from asyncio import Task, base_events, events, futures
from types import ModuleType
from typing import Any

from runnable_tracer.required_names import require, require_instance_attributes

# Modules that are imported only when a program needs them → their private names.
_NAMES_OF_MODULES: dict[str, tuple[str, ...]] = {
    "concurrent.futures.thread": ("_WorkItem.run",),
    "multiprocessing.connection": ("Connection._recv",),
    "multiprocessing.popen_fork": ("Popen._launch",),
    "multiprocessing.process": ("BaseProcess._bootstrap",),
    "multiprocessing.synchronize": ("SemLock._make_methods",),
}


def require_module(module: ModuleType) -> Any:
    """Check a module that has just been imported, and return it as `require` does."""
    return require(module, *_NAMES_OF_MODULES[module.__name__])


threading_internals = require(
    threading, "_CRLock", "_active", "_allocate_lock", "_make_invoke_excepthook"
)
thread_class = require(threading.Thread, "_bootstrap_inner")
require_instance_attributes(threading.Thread.__init__, "_target")

queue_internals = require(queue, "_PySimpleQueue")

Handle = events.Handle
require(
    Handle,
    *("_args", "_callback", "_cancelled", "_context", "_loop", "_repr", "_run"),
    "_source_traceback",
)
# The class of the handles of `call_soon_threadsafe`; None before Python 3.14.
ThreadSafeHandle: Any = getattr(events, "_ThreadSafeHandle", None)
# The method with which an event loop runs the callbacks that are due.
run_once: Any = require(base_events.BaseEventLoop, "_run_once")._run_once
# The callback of the timer with which `asyncio.sleep` ends.
set_result_unless_cancelled: Any = require(
    futures, "_set_result_unless_cancelled"
)._set_result_unless_cancelled
require(Task, "_callbacks", "_exception", "_fut_waiter")
