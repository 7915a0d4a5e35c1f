"""Keeps the code of this runtime out of what debuggers, tracers and profilers of programs see.

A hook is a function that a program registers with `sys.settrace`, `sys.setprofile` or
`sys.monitoring`. On CPython, locks, `input` and the waiting of an event loop are C code, in which
no hook is called. Here they are Python code. A debugger that stopped in that code would deadlock:
to read a command, it needs the very lock or thread that it has stopped. Therefore each hook is
wrapped in a filter, which passes on only the events of other code.

Some hooks, such as those of `bdb`, look at the frame that calls them (`sys._getframe(1)`). Filters
must not be in their way, so they have no visible frame; see `hidden`. Programs that register no
hook run as fast as without this module.
"""

import bdb
import functools
import opcode
import sys
from collections.abc import Callable, Iterable
from types import CodeType, FrameType, FunctionType
from typing import Any

from browser_runtime import facts
from browser_runtime.scheduling import scheduler

_RESUME, _NOP = opcode.opmap["RESUME"], opcode.opmap["NOP"]
# The flag of code that causes no events of `sys.monitoring`:
# https://github.com/python/cpython/blob/3.14/Include/cpython/code.h
_CO_NO_MONITORING_EVENTS = 0x2000000

# Hooks of these modules get all events. The first three belong to the runtime. The profilers of the
# standard library add up the time between calls and returns, so they would be wrong if they did not
# see the runtime's functions that call the program's code.
_UNFILTERED = ("browser_runtime.", "runnable_tracer.", "explorer.", "profile.", "_lsprof.")

_monitoring: Any = sys.monitoring
_EVENTS = _monitoring.events
# Events that a callback can disable for one place in the code.
_CAN_DISABLE = {
    getattr(_EVENTS, name)
    for name in ("PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "INSTRUCTION")
} | {_EVENTS.JUMP}

# How many tools `sys.monitoring` supports; their numbers begin at 0.
_TOOLS = 6

# CPython's functions, which `install` replaces.
_settrace, _setprofile = sys.settrace, sys.setprofile
_gettrace, _getprofile = sys.gettrace, sys.getprofile
_register_callback = _monitoring.register_callback
_use_tool_id, _get_tool = _monitoring.use_tool_id, _monitoring.get_tool


@functools.cache
def _hide(code: CodeType) -> CodeType:
    """Return the code without RESUME instructions and without events; see `hidden`."""
    raw = bytearray(code.co_code)
    for index in range(0, len(raw), 2):
        if raw[index] == _RESUME:
            raw[index : index + 2] = _NOP, 0
    return code.replace(co_code=bytes(raw), co_flags=code.co_flags | _CO_NO_MONITORING_EVENTS)


def hidden[F: Callable[..., object]](function: F) -> F:
    """Hide the frames of a function, as if it were written in C.

    `sys._getframe`, `frame.f_back` and tracebacks leave out frames that have not reached their
    first RESUME instruction, because such a frame is not complete. See `_PyFrame_IsIncomplete` in
    https://github.com/python/cpython/blob/3.14/Include/internal/pycore_interpframe.h. The frame
    of a function without that instruction never gets complete. The function must be neither a
    generator nor a coroutine, and cannot use `super()`, which looks for a complete frame.
    """
    own: Any = function
    own.__code__ = _hide(own.__code__)
    return function


def _is_unfiltered(hook: Any) -> bool:
    kinds = type(getattr(hook, "__self__", None)).__mro__
    modules = {getattr(hook, "__module__", None), *(kind.__module__ for kind in kinds)}
    return any(f"{module}.".startswith(_UNFILTERED) for module in modules)


def _filter_frames(hook: Callable[[FrameType, str, Any], Any]) -> Callable[..., Any]:
    """Wrap a trace or profile function."""

    @hidden
    def filtered(frame: FrameType, event: str, arg: Any) -> Any:
        if scheduler._state.is_atomic or scheduler.is_ours(frame.f_code.co_filename):
            return None
        return hook(frame, event, arg)

    return _with_hook(filtered, hook)


def _filter_codes(hook: Callable[..., Any], event: int) -> Callable[..., Any]:
    """Wrap a callback of `sys.monitoring` for one event."""
    disable = _monitoring.DISABLE if event in _CAN_DISABLE else None

    @hidden
    def filtered(code: CodeType, *args: Any) -> Any:
        if scheduler.is_ours(code.co_filename):
            return disable
        if scheduler._state.is_atomic:
            return None
        return hook(code, *args)

    return _with_hook(filtered, hook)


def _with_hook(filtered: Any, hook: object) -> Callable[..., Any]:
    """Store the program's function in its filter, for `_hook_of`."""
    filtered.hook = hook
    own: Callable[..., Any] = filtered
    return own


def _hook_of(registered: Any) -> Any:
    """Return the function that the program has registered, given that function or its filter."""
    is_filter = isinstance(registered, FunctionType) and registered.__code__ in _FILTERS
    return registered.hook if is_filter else registered


_FILTERS = (
    _filter_frames(lambda *_: None).__code__,
    _filter_codes(lambda *_: None, 0).__code__,
)


def _filtered(hook: Any) -> Any:
    return hook if hook is None or _is_unfiltered(hook) else _filter_frames(hook)


@hidden
def settrace(function: Any, /) -> None:
    """Set the trace function of the running thread, like `sys.settrace`."""
    _settrace(_filtered(function))


@hidden
def setprofile(function: Any, /) -> None:
    """Set the profile function of the running thread, like `sys.setprofile`."""
    _setprofile(_filtered(function))


def gettrace() -> Any:
    """Return the trace function of the running thread, like `sys.gettrace`."""
    return _hook_of(_gettrace())


def getprofile() -> Any:
    """Return the profile function of the running thread, like `sys.getprofile`."""
    return _hook_of(_getprofile())


def register_callback(tool_id: int, event: int, func: Any, /) -> Any:
    """Register a callback for an event, like `sys.monitoring.register_callback`."""
    if func is not None and not _is_unfiltered(func):
        func = _filter_codes(func, event)
    return _hook_of(_register_callback(tool_id, event, func))


def use_tool_id(tool_id: int, name: str, /) -> None:
    """Reserve a tool number, like `sys.monitoring.use_tool_id`, even if the runtime uses it."""
    if tool_id in range(_TOOLS) and facts.uses_tool(tool_id):
        facts.leave_tool(tool_id)
    _use_tool_id(tool_id, name)


def get_tool(tool_id: int, /) -> str | None:
    """Return the name of a tool, like `sys.monitoring.get_tool`, but not that of the runtime."""
    name: str | None = _get_tool(tool_id)
    return None if name == facts.TOOL_NAME else name


_set_in_all_threads: Any = sys._settraceallthreads  # type: ignore[attr-defined]
_profile_all_threads: Any = sys._setprofileallthreads  # type: ignore[attr-defined]


def _settraceallthreads(function: Any, /) -> None:
    _set_in_all_threads(_filtered(function))


def _setprofileallthreads(function: Any, /) -> None:
    _profile_all_threads(_filtered(function))


def end_thread() -> None:
    """Remove the hooks of a thread that ends.

    Otherwise a later thread would get them, because Pyodide uses the state that CPython keeps for
    an ended thread again.
    """
    if _gettrace() is not None:
        _settrace(None)
    if _getprofile() is not None:
        _setprofile(None)


def restore() -> None:
    """Remove what a program has left: hooks, breakpoints, and functions put in `sys.monitoring`."""
    _set_in_all_threads(None)
    _profile_all_threads(None)
    for tool in range(_TOOLS):
        _monitoring.free_tool_id(tool)
    _install_in_monitoring()
    # `bdb` was imported before any program, so its breakpoints are not dropped with the program.
    bdb.Breakpoint.clearBreakpoints()


# --- bdb ------------------------------------------------------------------------------------------

_reset, _set_trace, _get_stack = bdb.Bdb.reset, bdb.Bdb.set_trace, bdb.Bdb.get_stack
_set_caller: Any = bdb.Bdb._set_caller_tracefunc  # type: ignore[attr-defined]


def _is_own(frame: FrameType) -> bool:
    return scheduler.is_ours(frame.f_code.co_filename)


@hidden
def reset(self: Any) -> None:
    """Like `bdb.Bdb.reset`, but raise an error if `pdb` would not be able to read commands."""
    if type(self).__module__ == "pdb" and not self.rcLines and not scheduler.can_switch():
        raise RuntimeError(
            "pdb cannot ask for commands here, because this browser cannot suspend Python while "
            "it waits: use Chrome 137, Firefox 153 or newer"
        )
    _reset(self)


@hidden
def set_trace(self: Any, frame: FrameType | None = None) -> None:
    """Like `bdb.Bdb.set_trace`, but do not trace the frames of this runtime.

    CPython's method sets the trace function of each frame on the stack, without a filter. From the
    frames of this runtime, the trace function is therefore removed again.
    """
    here = frame or sys._getframe(1)
    _set_trace(self, here)
    bottom: FrameType | None = here
    while bottom:
        if _is_own(bottom):
            bottom.f_trace = None
        else:
            self.botframe = bottom
        bottom = bottom.f_back  # The program's outermost frame remains in `botframe`.


@hidden
def set_caller_tracefunc(self: Any, current_frame: FrameType) -> None:
    """Like the method of `bdb.Bdb`, but do not trace the frames of this runtime."""
    caller = current_frame.f_back
    if caller is None or not _is_own(caller):
        _set_caller(self, current_frame)


def get_stack(self: Any, frame: Any, traceback: Any) -> tuple[list[tuple[FrameType, int]], int]:
    """Like `bdb.Bdb.get_stack`, without the frames of this runtime."""
    stack, index = _get_stack(self, frame, traceback)

    def own(entries: Iterable[tuple[FrameType, int]]) -> list[tuple[FrameType, int]]:
        return [entry for entry in entries if not _is_own(entry[0])]

    return own(stack), max(0, len(own(stack[: index + 1])) - 1)


def _install_in_monitoring() -> None:
    for function in (register_callback, use_tool_id, get_tool):
        function.__module__ = "sys.monitoring"
        setattr(_monitoring, function.__name__, function)


def install() -> None:
    """Replace the functions with which programs register hooks, and adapt `bdb`."""
    namespace: Any = sys
    for function in (
        *(settrace, setprofile, gettrace, getprofile),
        *(_settraceallthreads, _setprofileallthreads),
    ):
        function.__module__ = "sys"
        setattr(namespace, function.__name__, function)
    _install_in_monitoring()
    debugger: Any = bdb.Bdb
    debugger.reset, debugger.set_trace, debugger.get_stack = reset, set_trace, get_stack
    debugger._set_caller_tracefunc = set_caller_tracefunc
