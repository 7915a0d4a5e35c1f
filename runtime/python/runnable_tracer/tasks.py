"""Watches asyncio: every step of every task, and what the task waits for then.

`asyncio.events.Handle` is replaced by a subclass, of which each call that an event loop is to make
is an instance. No task factory and no wrapped coroutine: names, representations and tracebacks
stay as they are. The first step of an eager task happens inside the one that creates it.
"""

import asyncio
from asyncio import events
from collections.abc import Callable
from types import CodeType
from typing import Any

from runnable_tracer.reasons import TASKS
from runnable_tracer.recorder import NOBODY, Place, Recorder

_Handle = events.Handle
_run_handle = _Handle._run


def watch(recorder: Recorder) -> Callable[[], None]:
    """Replace the class that event loops take; return what puts it back."""
    now, get_ident, current = recorder.now, recorder.get_ident, recorder.current
    program, rows = recorder.program, recorder.rows
    # id(task) → lane; taken out when the task is done: to hold it would change what is collected.
    lanes: dict[int, int] = {}
    # True for code of the program, the reason for a coroutine of asyncio, None for all else.
    kinds: dict[CodeType, Any] = {}

    def kind_of(code: CodeType) -> Any:
        if code.co_filename == program:
            kind: Any = True
        elif "asyncio" in code.co_filename:
            kind = TASKS.get(code.co_qualname)
        else:
            kind = None
        kinds[code] = kind
        return kind

    def awaited(task: Any) -> tuple[str, str, Place | None]:
        coroutine, place, kind = task.get_coro(), None, None
        while (frame := getattr(coroutine, "cr_frame", None)) is not None:
            code = frame.f_code
            kind = kinds[code] if code in kinds else kind_of(code)
            if kind is True:
                place = code, frame.f_lasti
            coroutine = coroutine.cr_await
        future = task._fut_waiter
        if future is None:
            return "turn", "", place
        if kind is not None and kind is not True:
            return kind, "", place
        if isinstance(future, asyncio.Task):
            return "task", future.get_name(), place
        callbacks = future._callbacks or ()
        if any("_call_check_cancel" in getattr(each, "__qualname__", "") for each, _ in callbacks):
            return "executor", "", place
        return ("tasks" if type(future).__name__ == "_GatheringFuture" else "future"), "", place

    def begun(task: Any, coroutine: Any, handle: "TracedHandle") -> int:
        lane = lanes[id(task)] = recorder.new_lane()
        place = recorder.first(getattr(coroutine, "cr_code", None))
        parent = recorder.thread_lane(get_ident())
        rows.append(
            ("lane", lane, parent, "task", task.get_name(), handle._ready, handle._by, place)
        )
        return lane

    def ended(task: Any, lane: int, end: int) -> None:
        lanes.pop(id(task), None)
        if task.cancelled():
            rows.append(("end", lane, end, "cancelled", ""))
        elif task._exception is not None:
            rows.append(("end", lane, end, "failed", type(task._exception).__name__))
        else:
            rows.append(("end", lane, end, "done", ""))

    class TracedHandle(_Handle):
        _callback: Any
        __slots__ = ("_by", "_ready")

        def __init__(self, callback: Any, args: Any, loop: Any, context: Any = None) -> None:
            _Handle.__init__(self, callback, args, loop, context)
            self._by, self._ready = current.get(get_ident(), NOBODY), now()

        def _run(self) -> None:
            task, me = getattr(self._callback, "__self__", None), get_ident()
            before = current.get(me, NOBODY)
            if not isinstance(task, asyncio.Task) or recorder.is_over:
                # What it wakes was woken by who had it called.
                current[me] = self._by
                try:
                    return _run_handle(self)
                finally:
                    current[me] = before
            coroutine = task.get_coro()
            lane = lanes.get(id(task))
            # The number of a task that is gone may have been given to a new one.
            if lane is None or not getattr(coroutine, "cr_suspended", True):
                lane = begun(task, coroutine, self)
            current[me], start = lane, now()
            try:
                _run_handle(self)
            finally:
                end = now()
                current[me] = before
                if task.done():
                    rows.append(("step", lane, self._ready, self._by, start, end, "", "", None))
                    ended(task, lane, end)
                else:
                    rows.append(("step", lane, self._ready, self._by, start, end, *awaited(task)))

    def run_timer(self: Any) -> None:
        me = get_ident()
        before, current[me] = current.get(me, NOBODY), NOBODY
        try:
            _run_handle(self)
        finally:
            current[me] = before

    # Debug mode shows handles.
    TracedHandle.__name__ = TracedHandle.__qualname__ = "Handle"
    TracedHandle.__module__ = _Handle.__module__
    events.Handle = TracedHandle  # type: ignore[misc]
    events.TimerHandle._run = run_timer  # type: ignore[method-assign]

    def undo() -> None:
        events.Handle = _Handle  # type: ignore[misc]
        del events.TimerHandle._run

    return undo
