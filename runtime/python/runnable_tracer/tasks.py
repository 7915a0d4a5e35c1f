"""Records every step of every asyncio task, and what the task waits for after each step.

The hook is a subclass that replaces `asyncio.events.Handle`: an event loop creates a handle for
each callback, including each step of a task. No task factory is needed, and no wrapper around
coroutines, so names, representations and tracebacks stay as they are. The first step of an eager
task counts as part of the step that creates it, because no handle runs it.

The code that runs for each step avoids some calls of C functions. In a browser, a C function with
at most one argument, such as `id` or `list.extend`, takes up to ten times as long as a Python
function, and so does an attribute that such a function computes, such as `cr_code`. The reason is
that WebAssembly checks the types of function pointers, so CPython calls these functions through a
trampoline that adapts the type.
"""

import asyncio
import contextlib
import gc
import sys
from asyncio import Task, events, format_helpers
from collections.abc import Callable
from types import (
    AsyncGeneratorType,
    BuiltinMethodType,
    CodeType,
    CoroutineType,
    FrameType,
    GeneratorType,
)
from typing import Any

from runnable_tracer.cpython_internals import (
    Handle,
    ThreadSafeHandle,
    run_once,
    set_result_unless_cancelled,
)
from runnable_tracer.network import peers
from runnable_tracer.reasons import LIBRARY_TASKS, NETWORK, TASKS
from runnable_tracer.recorder import BEGUN, DONE, NAMED, NO_LANE, REASONS, Recorder

_run_handle = Handle._run
_make_handle = Handle.__init__
# The slots that `TracedHandle.__init__` can fill itself. If handles have other slots in this
# version of Python, it calls CPython's `__init__` instead.
_KNOWN_SLOTS = {
    "__weakref__",
    "_args",
    "_callback",
    "_cancelled",
    "_context",
    "_loop",
    "_repr",
    "_source_traceback",
}
# The callback of the timer with which `asyncio.sleep` ends.
wake_sleeper = set_result_unless_cancelled
# The callbacks that run a step of a task, by name. A task schedules itself with an object of the
# first one, a class that is hidden in the C module. A future for which a task waits schedules the
# second one, a method of the task.
_STEP, _WAKEUP = "TaskStepMethWrapper", "task_wakeup"


def task_of(callback: Any) -> "Task[Any] | None":
    """Return the task whose next step a callback runs, or None for other callbacks."""
    kind = type(callback)
    name = callback.__name__ if kind is BuiltinMethodType else kind.__name__
    if name not in (_STEP, _WAKEUP):
        return None
    task = callback.__self__
    return task if isinstance(task, Task) else None


def install(recorder: Recorder) -> Callable[[], None]:
    """Record the steps of all tasks from now on; return a function that stops the recording.

    The closures below use local variables for the recorder's collections, clock and other
    attributes that each step needs and that stay the same objects, because attribute lookups would
    take a noticeable part of the time of each step.
    """
    now, get_ident = recorder.now, recorder.get_ident
    current_lanes, in_callback = recorder.current_lanes, recorder.in_callback
    trace, steps = recorder.events, recorder.steps
    task_names, coroutine_names = recorder.task_names, recorder.coroutine_names
    wait_names, thread_lanes = recorder.wait_names, recorder.thread_lanes
    program = recorder.program
    recorder.callback_runner = run_once.__code__
    has_known_slots = set(Handle.__slots__) == _KNOWN_SLOTS
    find_wait = make_find_wait(program)
    # id(task) → lane, until the task is done. A reference to the task itself would keep it alive.
    lanes: dict[int, int] = {}
    # Lane of a task that yielded, as with `sleep(0)` → the end of that step. From then on the task
    # was ready.
    yielded_at: dict[int, int] = {}
    # The class named `_STEP`, once a handle has been created for one of its objects.
    step_kind: type | None = None

    def begin(task: Any, number: int, coroutine: Any, me: int, ready: int, by: int) -> int:
        """Record that a task begins, and return its lane.

        Args:
            task: the task.
            number: `id(task)`.
            coroutine: its coroutine.
            me: identifier of the running thread.
            ready: when the task was ready for its first step, in ns.
            by: the lane that created the task.
        """
        nonlocal steps
        lane = lanes[number] = recorder.new_lane()
        code = getattr(coroutine, "cr_code", None)
        line = code.co_firstlineno if code is not None and code.co_filename == program else 0
        parent = thread_lanes.get(me) or recorder.thread_lane(me)
        task_names[lane] = task.get_name()
        coroutine_names[lane] = getattr(coroutine, "__name__", "")
        steps += (lane, ready, by, parent, 0, BEGUN, line)
        return lane

    class TracedHandle(Handle):
        # The lane that schedules the callback; and if the callback runs a step of a task: the id of
        # the task, when the task was ready, and the task itself.
        __slots__ = ("_by", "_number", "_ready", "_task")
        _callback: Any
        _args: Any
        _context: Any
        _repr: Any
        _source_traceback: Any

        def __init__(self, callback: Any, args: Any, loop: Any, context: Any = None) -> None:
            nonlocal step_kind
            # `_debug` saves a call of `get_debug`, but the loops of other libraries may lack it.
            if not has_known_slots or context is None or getattr(loop, "_debug", True):
                _make_handle(self, callback, args, loop, context)
                if self._source_traceback:
                    # Extract the traceback again, without the frame of this function.
                    caller = sys._getframe(1)
                    self._source_traceback = format_helpers.extract_stack(caller)
            else:  # The same as `Handle.__init__`, but without the call.
                self._context, self._loop = context, loop
                self._callback, self._args, self._cancelled = callback, args, False
                self._repr = self._source_traceback = None
            by = self._by = current_lanes.get(get_ident(), NO_LANE)
            kind = type(callback)
            # The same as `task_of`, but without the call.
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
            if recorder.reuses_left > 0:
                recorder.reuses_left -= 1
                self._ready = recorder.reading
            elif kind is step_kind and lanes.get(number) == by:
                # The task yields, so it will be ready again as soon as this step ends. `_run` reads
                # the clock at that end, and saves the time in `yielded_at`; until then it is 0.
                self._ready = yielded_at[by] = 0
            else:
                self._ready = recorder.reading = now()
                recorder.reuses_left = recorder.max_reuses

        def _run(self) -> None:
            nonlocal steps
            task, me = self._task, get_ident()
            before = current_lanes.get(me, NO_LANE)
            if task is None or recorder.is_over:
                # A callback wakes other lanes on behalf of the lane that scheduled it.
                current_lanes[me], in_callback[me] = self._by, True
                try:
                    return _run_handle(self)
                finally:
                    current_lanes[me], in_callback[me] = before, False
                    recorder.reuses_left = 0
                    self = task = None  # type: ignore[assignment]
            coroutine: Any = task.get_coro()
            by, number = self._by, self._number
            lane = lanes.get(number)
            # A new task may have the id of one that was destroyed before it was done. The coroutine
            # of a new task is not suspended yet.
            if lane is None or (
                type(self._callback) is step_kind and not getattr(coroutine, "cr_suspended", True)
            ):
                lane = begin(task, number, coroutine, me, self._ready, by)
            current_lanes[me] = lane
            # A reading of the clock that may be used again was made just now: at the end of the
            # previous step, or when a handle was created after it.
            start = recorder.reading if recorder.reuses_left > 0 else now()
            recorder.reuses_left = 0
            ready = self._ready or yielded_at.pop(lane, start)
            try:
                # The same as `Handle._run`, but without the call.
                self._context.run(self._callback, *self._args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # An error of asyncio; a task stores its own exception.
                _report(self, error)
            finally:
                end = recorder.reading = now()
                recorder.reuses_left = recorder.max_reuses
                current_lanes[me] = before
                if task.done():
                    lanes.pop(number, None)
                    how = DONE
                    if task.cancelled():
                        how = 0
                        trace.append(("end", lane, end, "cancelled", ""))
                    elif task._exception is not None:
                        how = 0
                        error_name = type(task._exception).__name__
                        trace.append(("end", lane, end, "failed", error_name))
                    steps += (lane, ready, by, start, end, how, 0)
                else:
                    reason, of, line = find_wait(task, coroutine)
                    if lane in yielded_at:
                        yielded_at[lane] = end
                    if of:
                        reason += NAMED
                        wait_names.setdefault(lane, []).append(of)
                    steps += (lane, ready, by, start, end, reason, line)
                # The traceback of an exception refers to this frame and would keep the task alive.
                self = task = coroutine = None  # type: ignore[assignment]

    def run_timer(self: Any) -> None:
        # What a timer schedules is attributed to no lane. The callback of `asyncio.sleep` takes
        # hardly any time, so a reading of the clock may be used again after it.
        me, is_quick = get_ident(), self._callback is wake_sleeper
        before, current_lanes[me] = current_lanes.get(me, NO_LANE), NO_LANE
        try:
            if is_quick:
                # The same as `Handle._run`, but without the call.
                try:
                    self._context.run(self._callback, *self._args)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:  # for example, the future is already done
                    _report(self, error)
            else:
                _run_handle(self)
        finally:
            current_lanes[me] = before
            if not is_quick:
                recorder.reuses_left = 0
            self = None

    # asyncio's debug mode prints handles, with the name of their class.
    TracedHandle.__name__ = TracedHandle.__qualname__ = "Handle"
    TracedHandle.__module__ = Handle.__module__
    events.Handle = TracedHandle  # type: ignore[misc]
    events.TimerHandle._run = run_timer  # type: ignore[method-assign]
    uninstall_thread_safe = _install_thread_safe(recorder)

    def uninstall() -> None:
        events.Handle = Handle  # type: ignore[misc]
        del events.TimerHandle._run
        uninstall_thread_safe()

    return uninstall


_NUMBERS = {reason: number for number, reason in enumerate(REASONS)}
_TURN, _TASK, _TASKS = _NUMBERS["turn"], _NUMBERS["task"], _NUMBERS["tasks"]
_FUTURE, _EXECUTOR, _SLEEP = _NUMBERS["future"], _NUMBERS["executor"], _NUMBERS["sleep"]
# In place of a reason: the coroutine belongs to the program.
_OWN = -1
_SLEEP_CODE = asyncio.sleep.__code__
_NETWORK = {_NUMBERS[reason] for reason in NETWORK}
# The search for a reason ends at a coroutine of asyncio or a library with one of these reasons,
# because the coroutines that it awaits have less specific ones.
_FINAL = {_NUMBERS["barrier"], _NUMBERS["I/O"], _TASKS} | _NETWORK
# Types of awaitables that wrap a generator or coroutine, but have no attribute for it.
_OPAQUE_WRAPPERS = {
    "anext_awaitable",
    "async_generator_asend",
    "async_generator_athrow",
    "coroutine_wrapper",
}


def _install_thread_safe(recorder: Recorder) -> Callable[[], None]:
    """Record which lane scheduled a callback with `call_soon_threadsafe`.

    Since Python 3.14 such callbacks have a handle class of their own.
    """
    original: Any = ThreadSafeHandle
    if original is None:
        return lambda: None
    get_ident = recorder.get_ident
    current_lanes, in_callback = recorder.current_lanes, recorder.in_callback

    class TracedThreadSafeHandle(original):  # type: ignore[misc]
        __slots__ = ("_by",)

        def __new__(cls, *_: Any) -> Any:
            # Not in `__init__`, whose frame would be in the traceback that debug mode extracts.
            self = super().__new__(cls)
            self._by = recorder.waking_lane()
            return self

        def _run(self) -> None:
            me = get_ident()
            before, current_lanes[me] = current_lanes.get(me, NO_LANE), self._by
            in_callback[me] = True
            try:
                super()._run()
            finally:
                current_lanes[me], in_callback[me] = before, False
                recorder.reuses_left = 0
                self = None  # type: ignore[assignment]

    TracedThreadSafeHandle.__name__ = TracedThreadSafeHandle.__qualname__ = original.__qualname__
    TracedThreadSafeHandle.__module__ = original.__module__
    module: Any = events
    module._ThreadSafeHandle = TracedThreadSafeHandle

    def uninstall() -> None:
        module._ThreadSafeHandle = original

    return uninstall


class _FailingContext:
    """Replaces the context of a handle, and raises an error that has already been caught.

    This lets `Handle._run` report the error as if it had made the call itself.
    """

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
            error = None  # The traceback refers to this frame, which would be a reference cycle.


def _report(handle: Any, error: BaseException) -> None:
    handle._context = _FailingContext(handle, error)
    _run_handle(handle)


def _find_in_generators(
    awaited: Any, kind: int, line: int, kind_of: Callable[[CodeType], int]
) -> tuple[int, int, FrameType | None]:
    """Continue the search of a `find_wait` through generators, which are awaited rarely.

    Args:
        awaited: what the innermost coroutine awaits.
        kind: what has been found so far: `_OWN`, a reason or 0.
        line: the line of the program that has been found so far.
        kind_of: returns the kind of a code object.

    Returns:
        Kind and line as found by the end of the search, and the frame at which it ended, if any.
    """
    frame = None
    while awaited is not None:
        if type(awaited).__name__ in _OPAQUE_WRAPPERS:
            referents = gc.get_referents(awaited)
            wrapped = (
                each
                for each in referents
                if type(each).__name__ in _OPAQUE_WRAPPERS or _parts(each)
            )
            awaited = next(wrapped, None)
            continue
        parts = _parts(awaited)
        if not parts:
            break
        code, frame, awaited = parts
        found = kind_of(code)
        if found == _OWN:
            kind, line = _OWN, (frame.f_lineno or 0 if frame is not None else line)
        elif found > 0:
            kind = found
            if found in _FINAL or code is _SLEEP_CODE:
                break
    return kind, line, frame


def _parts(awaited: Any) -> tuple[CodeType, Any, Any] | None:
    """Return the code and frame of a coroutine or generator, and what it awaits, if anything.

    The result is None for all other objects.
    """
    if isinstance(awaited, CoroutineType):
        return awaited.cr_code, awaited.cr_frame, awaited.cr_await
    if isinstance(awaited, AsyncGeneratorType):
        return awaited.ag_code, awaited.ag_frame, awaited.ag_await
    if isinstance(awaited, GeneratorType):
        return awaited.gi_code, awaited.gi_frame, awaited.gi_yieldfrom
    return None


def make_find_wait(program: str) -> Callable[[Any, Any], tuple[int, str, int]]:
    """Return a function `find_wait` that finds out what a suspended task waits for.

    The function follows the chain of coroutines that await each other down to the future.

    Args:
        program: the file of the program.

    Returns:
        A function of a task and its coroutine. It returns the index of the reason in `REASONS`, the
        name of what the task waits for, and the line of the program.
    """
    # id(code) → `_OWN`, the reason for a coroutine of asyncio or a library, or 0 for other code.
    # The keys are ids, because hashing code is slow; the code objects are kept so that ids stay
    # unique.
    kinds: dict[int, int] = {}
    kept: list[CodeType] = []
    # The last code object of the program that was found. Most often it is the next one, too, and
    # then needs no lookup.
    recent: CodeType | None = None

    def kind_of(code: CodeType) -> int:
        kind = kinds.get(id(code))
        return classify(code) if kind is None else kind

    def classify(code: CodeType) -> int:
        if code.co_filename == program:
            kind = _OWN
        else:
            # For example, anyio/_backends/_asyncio.py and websockets/asyncio/connection.py.
            folders = code.co_filename.replace("\\", "/").split("/")[-3:-1]
            library = next((each for each in folders if each in LIBRARY_TASKS), "")
            known = TASKS if "asyncio" in folders else {}
            kind = _NUMBERS[LIBRARY_TASKS.get(library, known).get(code.co_qualname, "")]
        kept.append(code)
        kinds[id(code)] = kind
        return kind

    def find_wait(task: Any, coroutine: Any) -> tuple[int, str, int]:
        nonlocal recent
        own, kind = None, 0
        while (code := getattr(coroutine, "cr_code", None)) is not None:
            if code is recent:
                own, kind = coroutine, _OWN
            elif code is _SLEEP_CODE:  # `sleep` awaits no further coroutine.
                kind = _SLEEP
                break
            else:
                try:
                    kind = kinds[id(code)]
                except KeyError:
                    kind = classify(code)
                if kind == _OWN:
                    own, recent = coroutine, code
                elif kind in _FINAL:
                    break
            coroutine = coroutine.cr_await
        line = own.cr_frame.f_lineno or 0 if own is not None else 0
        future = task._fut_waiter
        if future is None:
            return _TURN, "", line
        if kind > 0:
            frame = coroutine.cr_frame if kind in _NETWORK else None
        elif code is None and coroutine is not None:
            kind, line, frame = _find_in_generators(coroutine, kind, line, kind_of)
        if kind > 0:
            of = peers.of_coroutine(REASONS[kind], frame)[:200] if kind in _NETWORK else ""
            return kind, of, line
        if isinstance(future, Task):
            return _TASK, future.get_name()[:200], line
        # A future can be an object of any class of the program, so these attributes may raise.
        with contextlib.suppress(Exception):
            callbacks = future._callbacks or ()
            names = [getattr(each, "__qualname__", "") for each, _ in callbacks]
            if any("_call_check_cancel" in name for name in names):
                return _EXECUTOR, "", line
        return (_TASKS if type(future).__name__ == "_GatheringFuture" else _FUTURE), "", line

    return find_wait
