"""The places in a program where its threads may change turns, told by `sys.monitoring`.

They are those where CPython itself looks whether another thread wants to run: where a function of
the program begins, where a loop goes back, around calls. What happens within a call of the library
is one step, unless it waits.
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


class Points:
    """Of one program, from `begin` to `end`."""

    def __init__(self, code: CodeType) -> None:
        self._codes = list(_all_codes(code))
        self._file = code.co_filename
        self._tool = -1

    def begin(self) -> None:
        """Make each of those places a point of the scheduler's.

        Raises:
            RuntimeError: all tool numbers of `sys.monitoring` are in use.
        """
        free = [tool for tool in (4, 3, 5, 2, 1, 0) if _monitoring.get_tool(tool) is None]
        if not free:
            raise RuntimeError("sys.monitoring has no free tool")
        self._tool = free[0]
        _monitoring.use_tool_id(self._tool, "explorer")
        for event, call in (
            (_EVENTS.PY_START, _on_start),
            (_EVENTS.JUMP, _on_jump),
            (_EVENTS.CALL, self._on_call),
            (_EVENTS.C_RETURN, _on_return),
        ):
            _monitoring.register_callback(self._tool, event, call)
        self._set(_EVENTS.PY_START | _EVENTS.JUMP | _EVENTS.CALL)
        primitives.program_files.add(self._file)

    def watch_lines(self, line: Callable[[int], None]) -> None:
        """Tell each line that is about to run, too."""

        def on_line(code: CodeType, number: int) -> None:  # noqa: ARG001
            line(number)

        _monitoring.register_callback(self._tool, _EVENTS.LINE, on_line)
        self._set(_EVENTS.PY_START | _EVENTS.JUMP | _EVENTS.CALL | _EVENTS.LINE)

    def end(self) -> None:
        """Watch no more."""
        self._set(0)
        for event in ("PY_START", "JUMP", "CALL", "C_RETURN", "LINE"):
            _monitoring.register_callback(self._tool, getattr(_EVENTS, event), None)
        _monitoring.free_tool_id(self._tool)
        primitives.program_files.discard(self._file)

    def _set(self, events: int) -> None:
        for code in self._codes:
            _monitoring.set_local_events(self._tool, code, events)

    def _on_call(self, code: CodeType, offset: int, called: object, _: object) -> None:
        function: Any = called.__func__ if isinstance(called, MethodType) else called
        if not isinstance(function, FunctionType) or function in primitives.RELEASES:
            return
        if function.__code__.co_filename == self._file or not scheduler.is_running():
            return
        scheduler.current().current.called = code, offset
        _point()


def _point() -> None:
    """A callback counts as something that is not to be watched; where others run, they are.

    Where all threads share one state of the interpreter, as in the browser, that would last.
    """
    if scheduler.is_running():
        sys.call_tracing(scheduler.current().point, ())


def _on_start(code: CodeType, offset: int) -> None:  # noqa: ARG001
    _point()


def _on_jump(code: CodeType, offset: int, target: int) -> object:  # noqa: ARG001
    if target > offset:
        return _monitoring.DISABLE
    _point()
    return None


def _on_return(code: CodeType, offset: int, called: object, _: object) -> None:  # noqa: ARG001
    # Some calls of functions in Python are reported here, too.
    if not isinstance(called, FunctionType | MethodType):
        _point()
