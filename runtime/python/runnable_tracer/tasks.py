"""Watches asyncio: every step of every task, and what the task waits for then.

`asyncio.events.Handle` is replaced by a subclass, of which each call that an event loop is to make
is an instance. No task factory and no wrapped coroutine: names, representations and tracebacks
stay as they are. The first step of an eager task happens inside the one that creates it.
"""

from asyncio import Task, events
from collections.abc import Callable
from types import CodeType
from typing import Any

from runnable_tracer.reasons import TASKS
from runnable_tracer.recorder import NOBODY, REASONS, Recorder

_Handle = events.Handle
_run_handle = _Handle._run
_make_handle = _Handle.__init__


def watch(recorder: Recorder) -> Callable[[], None]:
    """Replace the class that event loops take; return what puts it back."""
    now, get_ident, current = recorder.now, recorder.get_ident, recorder.current
    rows, steps = recorder.rows, recorder.steps
    awaited = _Awaited(recorder.program)
    # id(task) → lane; taken out when the task is done: to hold it would change what is collected.
    lanes: dict[int, int] = {}

    def begun(task: Any, coroutine: Any, handle: "TracedHandle") -> int:
        lane = lanes[id(task)] = recorder.new_lane()
        line = recorder.first(getattr(coroutine, "cr_code", None))
        parent, name = recorder.thread_lane(get_ident()), task.get_name()[:200]
        runs = getattr(coroutine, "__name__", "")[:200]
        head = ("lane", lane, parent, "task", name, handle._ready, handle._by)
        rows.append((*head, line, runs))
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
        __slots__ = ("_by", "_ready")
        _callback: Any
        _args: Any
        _context: Any

        def __init__(self, callback: Any, args: Any, loop: Any, context: Any = None) -> None:
            _make_handle(self, callback, args, loop, context)
            self._by = current.get(get_ident(), NOBODY)
            if recorder.left > 0:
                recorder.left -= 1
            else:
                recorder.reading, recorder.left = now(), recorder.reuse
            self._ready = recorder.reading

        def _run(self) -> None:
            task, me = getattr(self._callback, "__self__", None), get_ident()
            before = current.get(me, NOBODY)
            if not isinstance(task, Task) or recorder.is_over:
                # What it wakes was woken by who had it called.
                current[me] = self._by
                try:
                    return _run_handle(self)
                finally:
                    current[me] = before
                    recorder.left = 0
                    self = task = None  # type: ignore[assignment]
            coroutine = task.get_coro()
            lane = lanes.get(id(task))
            # The number of a task that is gone may have been given to a new one.
            if lane is None or not getattr(coroutine, "cr_suspended", True):
                lane = begun(task, coroutine, self)
            current[me] = lane
            # The loop has just ended the step before.
            start = recorder.reading if recorder.left > 0 else now()
            recorder.left = 0
            try:
                # What the base class does, one call less deep.
                self._context.run(self._callback, *self._args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # of asyncio, not of the task: that keeps its own
                _make_report(self, error)._run()
            finally:
                end = recorder.reading = now()
                recorder.left = recorder.reuse
                current[me] = before
                if task.done():
                    steps.extend((lane, self._ready, self._by, start, end, 0, 0))
                    ended(task, lane, end)
                else:
                    reason, of, line = awaited(task, coroutine)
                    if of:
                        name = REASONS[reason]
                        rows.append(
                            ("step", lane, self._ready, self._by, start, end, name, of, line)
                        )
                    else:
                        steps.extend((lane, self._ready, self._by, start, end, reason, line))
                # An exception's frames lead to this one, and shall not keep the task alive.
                self = task = coroutine = None  # type: ignore[assignment]

    def run_timer(self: Any) -> None:
        me = get_ident()
        before, current[me] = current.get(me, NOBODY), NOBODY
        try:
            _run_handle(self)
        finally:
            current[me] = before
            recorder.left = 0
            self = None

    # Debug mode shows handles.
    TracedHandle.__name__ = TracedHandle.__qualname__ = "Handle"
    TracedHandle.__module__ = _Handle.__module__
    events.Handle = TracedHandle  # type: ignore[misc]
    events.TimerHandle._run = run_timer  # type: ignore[method-assign]

    def undo() -> None:
        events.Handle = _Handle  # type: ignore[misc]
        del events.TimerHandle._run

    return undo


_NUMBERS = {reason: number for number, reason in enumerate(REASONS)}
_TURN, _TASK, _TASKS = _NUMBERS["turn"], _NUMBERS["task"], _NUMBERS["tasks"]
_FUTURE, _EXECUTOR = _NUMBERS["future"], _NUMBERS["executor"]


def _make_report(handle: Any, error: BaseException) -> events.Handle:
    def fail() -> None:
        raise error

    return _Handle(fail, (), handle._loop, handle._context)


class _Awaited:
    """Finds out what a task waits for: by the coroutines that it is in, and by its future."""

    def __init__(self, program: str) -> None:
        self._program = program
        # id(code) → whether it is the program's, the reason for a coroutine of asyncio, the code.
        # By id, as the hash of code is made of all that is in it.
        self._kinds: dict[int, tuple[bool, int, CodeType]] = {}

    def _kind_of(self, code: CodeType) -> tuple[bool, int, CodeType]:
        reason = TASKS.get(code.co_qualname, "") if "asyncio" in code.co_filename else ""
        kind = code.co_filename == self._program, _NUMBERS[reason], code
        self._kinds[id(code)] = kind
        return kind

    def __call__(self, task: Any, coroutine: Any) -> tuple[int, str, int]:
        """Return the reason by its number, name and line, as in rows."""
        kinds, own, reason = self._kinds, None, 0
        while (code := getattr(coroutine, "cr_code", None)) is not None:
            is_own, reason, _ = kinds.get(id(code)) or self._kind_of(code)
            if is_own:
                own = coroutine
            coroutine = coroutine.cr_await
        line = own.cr_frame.f_lineno or 0 if own else 0
        future = task._fut_waiter
        if future is None:
            return _TURN, "", line
        if reason:
            return reason, "", line
        if isinstance(future, Task):
            return _TASK, future.get_name()[:200], line
        callbacks = future._callbacks or ()
        if any("_call_check_cancel" in getattr(each, "__qualname__", "") for each, _ in callbacks):
            return _EXECUTOR, "", line
        return (_TASKS if type(future).__name__ == "_GatheringFuture" else _FUTURE), "", line
