"""Switch points: the places in a program where another thread may run next.

`sys.monitoring` reports them, in one of two modes. In the first mode, switch points are places
where CPython itself checks whether another thread requests the GIL: at the start of a function, at
the backward jump of a loop, and around calls. The instructions there contain `_CHECK_PERIODIC` in
https://github.com/python/cpython/blob/3.14/Python/bytecodes.c.

In the second mode, switch points are all bytecodes before which a switch can make a difference in
CPython without a GIL; see `accesses`. At the backward jump of a loop, a thread then only stops if
it has run for too long. In both modes, a call into a library is a single step, unless it waits.
"""

import sys
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType
from typing import Any

from explorer import primitives, scheduler
from explorer.accesses import Access, Accesses, all_codes

_monitoring: Any = sys.monitoring
_EVENTS = _monitoring.events


# Calls of these are no switch points in the second mode, because they change nothing, and their
# results depend only on their arguments.
_PURE: frozenset[object] = frozenset({range, isinstance, issubclass, float, id, type})


class SwitchPoints:
    """Reports the switch points of one program to the scheduler, from `begin` to `end`.

    Args:
        code: the compiled program.
        accesses: the accesses of the program, for the second mode; None selects the first mode.
    """

    def __init__(self, code: CodeType, accesses: Accesses | None = None) -> None:
        self._codes = list(all_codes(code))
        self._file = code.co_filename
        self._accesses = accesses
        self._events = _EVENTS.JUMP | _EVENTS.CALL
        self._events |= _EVENTS.INSTRUCTION if accesses else _EVENTS.PY_START
        self._tool = -1
        self._on_access: Callable[[FrameType, Access], None] = lambda _, __: None

    def begin(self) -> None:
        """Start to call `Scheduler.switch_point` at each switch point.

        Raises:
            RuntimeError: all tool numbers of `sys.monitoring` are in use.
        """
        # The numbers without a predefined meaning (3 and 4) come first.
        free = [tool for tool in (4, 3, 5, 2, 1, 0) if _monitoring.get_tool(tool) is None]
        if not free:
            raise RuntimeError("sys.monitoring has no free tool")
        self._tool = free[0]
        _monitoring.use_tool_id(self._tool, "explorer")
        for event, callback in (
            (_EVENTS.PY_START, _on_start),
            (_EVENTS.INSTRUCTION, self._on_instruction),
            (_EVENTS.JUMP, self._on_jump),
            (_EVENTS.CALL, self._on_call_without_gil if self._accesses else self._on_call),
            (_EVENTS.C_RETURN, None if self._accesses else _on_return),
        ):
            _monitoring.register_callback(self._tool, event, callback)
        self._set(self._events)
        primitives.program_files.add(self._file)

    def report_steps(
        self,
        on_line_start: Callable[[int], None],
        on_access: Callable[[FrameType, Access], None],
    ) -> None:
        """Also report each line and each access that is about to run.

        Args:
            on_line_start: called with the number of the line.
            on_access: called with the frame and the access; only in the second mode.
        """
        self._on_access = on_access

        def on_line(code: CodeType, number: int) -> None:  # noqa: ARG001
            on_line_start(number)

        _monitoring.register_callback(self._tool, _EVENTS.LINE, on_line)
        self._set(self._events | _EVENTS.LINE)

    def end(self) -> None:
        """Stop reporting and free the monitoring tool number."""
        self._set(0)
        for event in ("PY_START", "INSTRUCTION", "JUMP", "CALL", "C_RETURN", "LINE"):
            _monitoring.register_callback(self._tool, getattr(_EVENTS, event), None)
        _monitoring.free_tool_id(self._tool)
        primitives.program_files.discard(self._file)

    def _set(self, events: int) -> None:
        for code in self._codes:
            _monitoring.set_local_events(self._tool, code, events)

    def _on_call(self, code: CodeType, offset: int, callee: object, _: object) -> None:
        function: Any = callee.__func__ if isinstance(callee, MethodType) else callee
        if not isinstance(function, FunctionType) or function in primitives.RELEASES:
            return
        if function.__code__.co_filename == self._file or not scheduler.is_running():
            return
        scheduler.current().current.last_call = code, offset
        _point()

    def _on_call_without_gil(
        self, code: CodeType, offset: int, callee: object, first: object
    ) -> None:
        """Report a call, unless a switch before it makes no difference.

        The accesses of the program's own functions are reported when these functions run.
        """
        function: Any = callee.__func__ if isinstance(callee, MethodType) else callee
        if isinstance(function, FunctionType):
            self._on_call(code, offset, callee, first)
            return
        is_own = isinstance(function, type) and function.__module__ == "__main__"
        is_pure = isinstance(function, type | BuiltinFunctionType) and function in _PURE
        if is_own or is_pure or not scheduler.is_running():
            return
        scheduler.current().current.last_call = code, offset
        _point()

    def _on_instruction(self, code: CodeType, offset: int) -> object:
        assert self._accesses
        access = self._accesses.in_code(code).get(offset)
        if access is None:
            return _monitoring.DISABLE
        if not scheduler.is_running():
            return None
        run = scheduler.current()
        frame = sys._getframe(1)
        if run.has_others and access.involves_others(frame):
            _point()
        self._on_access(frame, access)
        return None

    def _on_jump(self, code: CodeType, offset: int, target: int) -> object:  # noqa: ARG002
        if target > offset:
            return _monitoring.DISABLE
        _point(is_choice=not self._accesses)
        return None


def _point(*, is_choice: bool = True) -> None:
    """Report a switch point. During this call, monitoring is enabled for the threads that run then.

    CPython disables monitoring in a thread while the thread runs a monitoring callback, as here. In
    the browser all threads share one thread state, so the other threads would not be monitored
    either. `sys.call_tracing` enables monitoring again for the duration of the call.

    Args:
        is_choice: as for `Scheduler.switch_point`.
    """
    if scheduler.is_running():
        sys.call_tracing(scheduler.current().switch_point, (is_choice,))


def _on_start(code: CodeType, offset: int) -> None:  # noqa: ARG001
    _point()


def _on_return(code: CodeType, offset: int, callee: object, _: object) -> None:  # noqa: ARG001
    # C_RETURN is also reported for some calls of Python functions.
    if not isinstance(callee, FunctionType | MethodType):
        _point()
