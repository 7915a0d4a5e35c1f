"""`PyThreadState_SetAsyncExc`, with which a program raises an exception in another thread.

Programs call this function of CPython's C API through `ctypes`. The C function looks for a thread
of the system with the given number, and in the browser there is only one such thread. Therefore
`ctypes` finds another function under this name, which knows the threads of the scheduler. It is a C
function as well, so programs can set its `argtypes`, and pass the same arguments as on CPython.
"""

from typing import Any

from runnable_tracer.imports import when_imported
from runnable_tracer.required_names import require

from browser_runtime.scheduling import scheduler

_NAME = "PyThreadState_SetAsyncExc"


def begin() -> None:
    """Replace the function as soon as a program imports `ctypes`."""
    when_imported("ctypes", adapt)


def adapt(ctypes: Any) -> None:
    """Let the libraries of `ctypes` find the function that knows the scheduler's threads."""
    find = require(ctypes.CDLL, "__getitem__").__getitem__

    def set_exception(ident: int, address: int | None) -> int:
        if address is None:
            return scheduler.withdraw_exception(ident)
        return scheduler.request_exception(ident, ctypes.cast(address, ctypes.py_object).value)

    made = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p)(set_exception)

    def getitem(library: Any, name: object) -> Any:
        found = find(library, name)
        if name == _NAME:
            found = library._FuncPtr(ctypes.cast(made, ctypes.c_void_p).value)
            found.__name__ = _NAME
        return found

    getitem.__name__, getitem.__qualname__ = "__getitem__", "CDLL.__getitem__"
    ctypes.CDLL.__getitem__ = getitem
