"""The private names of `multiprocessing` that this package uses or replaces.

A module is checked when a program has imported it. If this version of Python lacks one of the
names, the import fails with an error that contains the name and the version. Checking a module
takes well under a millisecond.
"""

from operator import attrgetter
from types import ModuleType
from typing import Any

from runnable_tracer.required_names import require, require_instance_attributes

# Module → attributes; a name may contain dots.
_NAMES: dict[str, tuple[str, ...]] = {
    "multiprocessing.connection": (
        *("_ConnectionBase", "Connection._close", "Connection._poll"),
        *("Connection._recv_bytes", "Connection._send_bytes"),
        *("SocketClient", "SocketListener", "rebuild_connection", "reduce_connection"),
    ),
    "multiprocessing.context": ("SpawnProcess._Popen", "_concrete_contexts", "_default_context"),
    "multiprocessing.heap": ("BufferWrapper",),
    "multiprocessing.popen_fork": ("Popen._launch", "Popen._send_signal"),
    "multiprocessing.process": ("BaseProcess", "_children"),
    "multiprocessing.sharedctypes": ("SynchronizedBase",),
    "multiprocessing.spawn": ("_main",),
    "multiprocessing.synchronize": ("Barrier._count", "Barrier._state", "SemLock.__getstate__"),
}
# Module → method → attributes of instances that the method uses.
_INSTANCE_ATTRIBUTES: dict[str, dict[str, tuple[str, ...]]] = {
    "multiprocessing.process": {"BaseProcess.__init__": ("_name",)},
    "multiprocessing.sharedctypes": {"rebuild_ctype": ("_wrapper",)},
    "multiprocessing.synchronize": {
        "Barrier.__setstate__": ("_array", "_wrapper"),
        "Barrier.wait": ("_cond",),
        "SemLock.__init__": ("_semlock",),
    },
}


def require_module(module: ModuleType) -> Any:
    """Check that a module has the names that this package needs, and return it.

    Raises:
        ImportError: a name does not exist in this version of Python.
    """
    for method, names in _INSTANCE_ATTRIBUTES.get(module.__name__, {}).items():
        require_instance_attributes(attrgetter(method)(module), *names)
    return require(module, *_NAMES[module.__name__])
