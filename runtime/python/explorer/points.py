"""Switch points: the places in a program where another thread may run next.

`sys.monitoring` reports them. They are the places where CPython itself checks whether another
thread requests the GIL: at the start of a function, at the backward jump of a loop, and around
calls. A call into the standard library is a single step, unless it waits.
"""

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

from explorer import primitives, scheduler

_monitoring: Any = sys.monitoring
_EVENTS = _monitoring.events


def _all_codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_codes(constant)


class SwitchPoints:
    """Reports the switch points of one program to the scheduler, from `begin` to `end`."""

    def __init__(self, code: CodeType) -> None:
        self._codes = list(_all_codes(code))
        self._file = code.co_filename
        self._tool = -1

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
            (_EVENTS.JUMP, _on_jump),
            (_EVENTS.CALL, self._on_call),
            (_EVENTS.C_RETURN, _on_return),
        ):
            _monitoring.register_callback(self._tool, event, callback)
        self._set(_EVENTS.PY_START | _EVENTS.JUMP | _EVENTS.CALL)
        primitives.program_files.add(self._file)

    def report_lines(self, on_line_start: Callable[[int], None]) -> None:
        """Also call back with the number of each line that is about to run."""

        def on_line(code: CodeType, number: int) -> None:  # noqa: ARG001
            on_line_start(number)

        _monitoring.register_callback(self._tool, _EVENTS.LINE, on_line)
        self._set(_EVENTS.PY_START | _EVENTS.JUMP | _EVENTS.CALL | _EVENTS.LINE)

    def end(self) -> None:
        """Stop reporting and free the monitoring tool number."""
        self._set(0)
        for event in ("PY_START", "JUMP", "CALL", "C_RETURN", "LINE"):
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


def _point() -> None:
    """Report a switch point, with monitoring enabled for the threads that run meanwhile.

    CPython disables monitoring in a thread while it runs a monitoring callback. In the browser all
    threads share one thread state, so the other threads would not be monitored either;
    `sys.call_tracing` enables monitoring again for the duration of the call.
    """
    if scheduler.is_running():
        sys.call_tracing(scheduler.current().switch_point, ())


def _on_start(code: CodeType, offset: int) -> None:  # noqa: ARG001
    _point()


def _on_jump(code: CodeType, offset: int, target: int) -> object:  # noqa: ARG001
    if target > offset:
        return _monitoring.DISABLE
    _point()
    return None


def _on_return(code: CodeType, offset: int, callee: object, _: object) -> None:  # noqa: ARG001
    # C_RETURN is also reported for some calls of Python functions.
    if not isinstance(callee, FunctionType | MethodType):
        _point()
