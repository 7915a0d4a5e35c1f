"""Watches asyncio: every step of every task, and what the task waits for then.

`asyncio.events.Handle` is replaced by a subclass, of which each call that an event loop is to make
is an instance. No task factory and no wrapped coroutine: names, representations and tracebacks
stay as they are. The first step of an eager task happens inside the one that creates it.

What is done for every step counts its calls: in a browser a function in C that takes one argument
or none, such as `id` or `list.extend`, and an attribute that such a function computes, such as
`cr_code`, take up to ten times as long as a function in Python (through a "trampoline").
"""

import asyncio
import contextlib
import gc
import sys
from asyncio import Task, base_events, events, format_helpers, futures
from collections.abc import Callable
from types import (
    AsyncGeneratorType,
    BuiltinMethodType,
    CodeType,
    CoroutineType,
    GeneratorType,
)
from typing import Any

from runnable_tracer.reasons import TASKS
from runnable_tracer.recorder import BEGUN, DONE, NAMED, NOBODY, REASONS, Recorder

_Handle = events.Handle
_run_handle = _Handle._run
_make_handle = _Handle.__init__
# All that a handle holds, in the versions whose way of setting it is known here.
_SLOTS = {
    "__weakref__",
    "_args",
    "_callback",
    "_cancelled",
    "_context",
    "_loop",
    "_repr",
    "_source_traceback",
}
# What a timer that ends a sleep calls.
wake_sleeper = futures._set_result_unless_cancelled  # type: ignore[attr-defined]
# What has a task take a step: an object of this class (its own is hidden in the C module), which
# the task calls for itself, or this method of it, which what it waits for calls.
_STEP, _WAKEUP = "TaskStepMethWrapper", "task_wakeup"


def task_of(callback: Any) -> "Task[Any] | None":
    """Return the task of which the callback is a step; other methods of a task are none."""
    kind = type(callback)
    name = callback.__name__ if kind is BuiltinMethodType else kind.__name__
    if name not in (_STEP, _WAKEUP):
        return None
    task = callback.__self__
    return task if isinstance(task, Task) else None


def watch(recorder: Recorder) -> Callable[[], None]:
    """Replace the class that event loops take; return what puts it back."""
    now, get_ident = recorder.now, recorder.get_ident
    current, is_called = recorder.current, recorder.is_called
    rows, steps = recorder.rows, recorder.steps
    names, functions, waits = recorder.names, recorder.functions, recorder.waits
    threads, program = recorder.threads, recorder.program
    recorder.caller = base_events.BaseEventLoop._run_once.__code__  # type: ignore[attr-defined]
    is_known = set(_Handle.__slots__) == _SLOTS
    awaited = awaiting(program)
    # id(task) → lane; taken out when the task is done: to hold it would change what is collected.
    lanes: dict[int, int] = {}
    # Lane → when the step ended in which the task gave way: then it was ready again.
    given_way: dict[int, int] = {}
    step_kind: type | None = None

    def begun(task: Any, number: int, coroutine: Any, me: int, ready: int, by: int) -> int:
        nonlocal steps
        lane = lanes[number] = recorder.new_lane()
        code = getattr(coroutine, "cr_code", None)
        line = code.co_firstlineno if code is not None and code.co_filename == program else 0
        parent = threads.get(me) or recorder.thread_lane(me)
        names[lane], functions[lane] = task.get_name(), getattr(coroutine, "__name__", "")
        steps += (lane, ready, by, parent, 0, BEGUN, line)
        return lane

    class TracedHandle(_Handle):
        __slots__ = ("_by", "_number", "_ready", "_task")
        _callback: Any
        _args: Any
        _context: Any
        _repr: Any
        _source_traceback: Any

        def __init__(self, callback: Any, args: Any, loop: Any, context: Any = None) -> None:
            nonlocal step_kind
            # Not `get_debug`, one more call for each step; loops of others may have no `_debug`.
            if not is_known or context is None or getattr(loop, "_debug", True):
                _make_handle(self, callback, args, loop, context)
                if self._source_traceback:  # It begins with this frame.
                    caller = sys._getframe(1)
                    self._source_traceback = format_helpers.extract_stack(caller)
            else:  # The same without a further call: there is one of these for every step.
                self._context, self._loop = context, loop
                self._callback, self._args, self._cancelled = callback, args, False
                self._repr = self._source_traceback = None
            by = self._by = current.get(get_ident(), NOBODY)
            kind = type(callback)
            # As `task_of`, without a call.
            if kind is step_kind:
                task = callback.__self__
            elif kind is BuiltinMethodType:
                task = callback.__self__ if callback.__name__ == _WAKEUP else None
            elif step_kind is None and kind.__name__ == _STEP:
                step_kind, task = kind, callback.__self__
            else:
                task = None
            if not isinstance(task, Task):
                self._task = None
                return
            self._task, number = task, id(task)
            self._number = number
            if recorder.left > 0:
                recorder.left -= 1
                self._ready = recorder.reading
            elif kind is step_kind and lanes.get(number) == by:
                # It gives way, and so its step ends now: the clock is read there.
                self._ready = given_way[by] = 0
            else:
                self._ready = recorder.reading = now()
                recorder.left = recorder.reuse

        def _run(self) -> None:
            nonlocal steps
            task, me = self._task, get_ident()
            before = current.get(me, NOBODY)
            if task is None or recorder.is_over:
                # What it wakes was woken by who had it called.
                current[me], is_called[me] = self._by, True
                try:
                    return _run_handle(self)
                finally:
                    current[me], is_called[me] = before, False
                    recorder.left = 0
                    self = task = None  # type: ignore[assignment]
            coroutine: Any = task.get_coro()
            by, number = self._by, self._number
            lane = lanes.get(number)
            # The number of a task that is gone may have been given to a new one, whose first step
            # nothing wakes.
            if lane is None or (
                type(self._callback) is step_kind and not getattr(coroutine, "cr_suspended", True)
            ):
                lane = begun(task, number, coroutine, me, self._ready, by)
            current[me] = lane
            # The loop has just ended the step before.
            start = recorder.reading if recorder.left > 0 else now()
            recorder.left = 0
            ready = self._ready or given_way.pop(lane, start)
            try:
                # What the base class does, one call less deep.
                self._context.run(self._callback, *self._args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # of asyncio, not of the task: that keeps its own
                _report(self, error)
            finally:
                end = recorder.reading = now()
                recorder.left = recorder.reuse
                current[me] = before
                if task.done():
                    lanes.pop(number, None)
                    how = DONE
                    if task.cancelled():
                        how = 0
                        rows.append(("end", lane, end, "cancelled", ""))
                    elif task._exception is not None:
                        how = 0
                        rows.append(("end", lane, end, "failed", type(task._exception).__name__))
                    steps += (lane, ready, by, start, end, how, 0)
                else:
                    reason, of, line = awaited(task, coroutine)
                    if lane in given_way:
                        given_way[lane] = end
                    if of:
                        reason += NAMED
                        waits.setdefault(lane, []).append(of)
                    steps += (lane, ready, by, start, end, reason, line)
                # An exception's frames lead to this one, and shall not keep the task alive.
                self = task = coroutine = None  # type: ignore[assignment]

    def run_timer(self: Any) -> None:
        me, is_quick = get_ident(), self._callback is wake_sleeper
        before, current[me] = current.get(me, NOBODY), NOBODY
        try:
            if is_quick:
                # What the base class does, one call less deep.
                try:
                    self._context.run(self._callback, *self._args)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:  # set_result on a future that is done
                    _report(self, error)
            else:
                _run_handle(self)
        finally:
            current[me] = before
            if not is_quick:
                recorder.left = 0
            self = None

    # Debug mode shows handles.
    TracedHandle.__name__ = TracedHandle.__qualname__ = "Handle"
    TracedHandle.__module__ = _Handle.__module__
    events.Handle = TracedHandle  # type: ignore[misc]
    events.TimerHandle._run = run_timer  # type: ignore[method-assign]
    undo_other = _watch_other_threads(recorder)

    def undo() -> None:
        events.Handle = _Handle  # type: ignore[misc]
        del events.TimerHandle._run
        undo_other()

    return undo


_NUMBERS = {reason: number for number, reason in enumerate(REASONS)}
_TURN, _TASK, _TASKS = _NUMBERS["turn"], _NUMBERS["task"], _NUMBERS["tasks"]
_FUTURE, _EXECUTOR, _SLEEP = _NUMBERS["future"], _NUMBERS["executor"], _NUMBERS["sleep"]
_OWN = -1
_SLEEP_CODE = asyncio.sleep.__code__
# What these await says less than they do.
_WHOLE = {_NUMBERS["barrier"], _TASKS}
# They hold the generator or the coroutine that they go on with, and do not tell which.
_HOLDERS = {
    "anext_awaitable",
    "async_generator_asend",
    "async_generator_athrow",
    "coroutine_wrapper",
}


def _watch_other_threads(recorder: Recorder) -> Callable[[], None]:
    """Note whose calls are made that other threads have handed to a loop, since Python 3.14."""
    handle: Any = getattr(events, "_ThreadSafeHandle", None)
    if handle is None:
        return lambda: None
    get_ident, current, is_called = recorder.get_ident, recorder.current, recorder.is_called

    class TracedThreadSafeHandle(handle):  # type: ignore[misc]
        __slots__ = ("_by",)

        def __new__(cls, *_: Any) -> Any:
            # Not in `__init__`, which would be a frame more where debug mode looks who called.
            own = super().__new__(cls)
            own._by = recorder.waking()
            return own

        def _run(self) -> None:
            me = get_ident()
            before, current[me] = current.get(me, NOBODY), self._by
            is_called[me] = True
            try:
                super()._run()
            finally:
                current[me], is_called[me] = before, False
                recorder.left = 0
                self = None  # type: ignore[assignment]

    TracedThreadSafeHandle.__name__ = TracedThreadSafeHandle.__qualname__ = handle.__qualname__
    TracedThreadSafeHandle.__module__ = handle.__module__
    module: Any = events
    module._ThreadSafeHandle = TracedThreadSafeHandle

    def undo() -> None:
        module._ThreadSafeHandle = handle

    return undo


class _Failing:
    """Stands for a handle's context when the base class is to report what has happened in it."""

    def __init__(self, handle: Any, error: BaseException) -> None:
        self._handle, self._context = handle, handle._context
        self._error: BaseException | None = error

    def run(self, *_: object) -> None:
        self._handle._context = self._context
        error, self._error = self._error, None
        assert error
        try:
            raise error
        finally:
            error = None  # The frame is one of its traceback's.


def _report(handle: Any, error: BaseException) -> None:
    handle._context = _Failing(handle, error)
    _run_handle(handle)


def _below(awaited: Any, kind: int, line: int, known: Callable[[CodeType], int]) -> tuple[int, int]:
    """Go on where something else than a coroutine is awaited: through generators of all kinds."""
    while awaited is not None:
        name = type(awaited).__name__
        if name in _HOLDERS:
            held = gc.get_referents(awaited)
            goes_on = (each for each in held if type(each).__name__ in _HOLDERS or _parts(each))
            awaited = next(goes_on, None)
            continue
        parts = _parts(awaited)
        if not parts:
            break
        code, frame, awaited = parts
        found = known(code)
        if found == _OWN:
            kind, line = _OWN, (frame.f_lineno or 0 if frame is not None else line)
        elif found > 0:
            kind = found
            if found in _WHOLE or code is _SLEEP_CODE:
                break
    return kind, line


def _parts(awaited: Any) -> tuple[CodeType, Any, Any] | None:
    """Return the code, the frame, and what is awaited in it, of what has such."""
    if isinstance(awaited, CoroutineType):
        return awaited.cr_code, awaited.cr_frame, awaited.cr_await
    if isinstance(awaited, AsyncGeneratorType):
        return awaited.ag_code, awaited.ag_frame, awaited.ag_await
    if isinstance(awaited, GeneratorType):
        return awaited.gi_code, awaited.gi_frame, awaited.gi_yieldfrom
    return None


def awaiting(program: str) -> Callable[[Any, Any], tuple[int, str, int]]:
    """Make what finds out what a task waits for: by the coroutines that it is in, and its future.

    It returns the reason by its number, name and line, as in rows.
    """
    # id(code) → `_OWN`, or the reason for a coroutine of asyncio.
    # By id, as the hash of code is made of all that is in it; so it has to be kept.
    kinds: dict[int, int] = {}
    kept: list[CodeType] = []
    # What is mostly asked for: the program's own code that was asked for last.
    recent: CodeType | None = None

    def known(code: CodeType) -> int:
        kind = kinds.get(id(code))
        return kind_of(code) if kind is None else kind

    def kind_of(code: CodeType) -> int:
        if code.co_filename == program:
            kind = _OWN
        else:
            is_asyncio = "asyncio" in code.co_filename
            kind = _NUMBERS[TASKS.get(code.co_qualname, "") if is_asyncio else ""]
        kept.append(code)
        kinds[id(code)] = kind
        return kind

    def awaited(task: Any, coroutine: Any) -> tuple[int, str, int]:
        nonlocal recent
        own, kind = None, 0
        while (code := getattr(coroutine, "cr_code", None)) is not None:
            if code is recent:
                own, kind = coroutine, _OWN
            elif code is _SLEEP_CODE:  # It calls no other.
                kind = _SLEEP
                break
            else:
                try:
                    kind = kinds[id(code)]
                except KeyError:
                    kind = kind_of(code)
                if kind == _OWN:
                    own, recent = coroutine, code
                elif kind in _WHOLE:
                    break
            coroutine = coroutine.cr_await
        line = own.cr_frame.f_lineno or 0 if own is not None else 0
        future = task._fut_waiter
        if future is None:
            return _TURN, "", line
        if kind > 0:
            return kind, "", line
        if code is None and coroutine is not None:
            kind, line = _below(coroutine, kind, line, known)
            if kind > 0:
                return kind, "", line
        if isinstance(future, Task):
            return _TASK, future.get_name()[:200], line
        # Whatever the program makes of a future: nothing may be raised here.
        with contextlib.suppress(Exception):
            callbacks = future._callbacks or ()
            names = [getattr(each, "__qualname__", "") for each, _ in callbacks]
            if any("_call_check_cancel" in name for name in names):
                return _EXECUTOR, "", line
        return (_TASKS if type(future).__name__ == "_GatheringFuture" else _FUTURE), "", line

    return awaited
