"""Lets the reader pause a program, inspect it, and run it one step at a time.

While a program is paused, every thread stays suspended, and the program's clocks do not move; see
`Kernel.pause`. A step is the next callback of an event loop, or, if no event loop runs, the next
time slice of a thread.
"""

import asyncio
import contextlib
import functools
import json
import re
import weakref
from asyncio import base_events, events, timeouts
from collections import deque
from collections.abc import Iterable
from time import perf_counter_ns
from typing import Any, Literal

import browser_kernel as kernel
import browser_page as page
from runnable_tracer import tasks
from runnable_tracer.recorder import REASONS, Recorder

from browser_runtime.run_options import RunOptions
from browser_runtime.scheduling import scheduler
from browser_runtime.tracing import reason_of

# What the page gets as JSON; its types are in runtime/page/workbench/paused_state.ts.
type _Json = dict[str, Any]

# How many entries of each list the page gets at most, and how many characters of each name.
_MAX_ENTRIES = 50
_MAX_NAME = 100


class _State:
    """What stepping knows about one program."""

    def __init__(self, program: str, begun: int | None, *, paused: bool) -> None:
        # Used only to find the program's lines; it records nothing.
        self.recorder = Recorder(program, perf_counter_ns, scheduler.get_ident)
        # The timeline and the paused panel count time from the same moment.
        self.begun = self.recorder.started_at if begun is None else begun
        # A function that returns reason, object and line of a task's wait.
        self.find_wait = tasks.make_find_wait(program)
        # Whether event loops pause before each callback.
        self.is_on = paused
        # The callback that an event loop is about to call.
        self.next: events.Handle | None = None
        # Whether the main thread is before the program's first line, inside the program, or after
        # its last line, when only other threads and the clean-up remain.
        self.phase: Literal["before", "inside", "after"] = "before"


_state: _State | None = None
_loops: "weakref.WeakSet[base_events.BaseEventLoop]" = weakref.WeakSet()


class _Queue(deque[events.Handle]):
    """The ready queue of an event loop that pauses before each of its callbacks."""

    def popleft(self) -> events.Handle:
        handle = super().popleft()
        if not handle.cancelled():
            _pause_before(handle)
        return handle


def begin(program: str, options: RunOptions, begun: int | None) -> None:
    """Prepare to pause a program, and pause it when its first step ends if the options say so.

    Args:
        program: the file of the program.
        options: how the program is run.
        begun: when its trace began, in ns; None if it is not traced.
    """
    global _state
    _state = _State(program, begun, paused=options.paused)
    if options.paused:
        kernel.take_step(True)


def end() -> None:
    """Forget the program, which has ended, and resume its remaining threads."""
    global _state
    resume()
    _state = None
    _loops.clear()


def leave() -> None:
    """Record that the program's last line has run."""
    if _state:
        _state.phase = "after"


def add_loop(loop: base_events.BaseEventLoop) -> None:
    """Register a new event loop."""
    _loops.add(loop)
    if _state and _state.is_on:
        _set_queues(_Queue, [loop])


def pause() -> None:
    """Pause the program and send its state to the page.

    This is called while no thread runs, or by `_pause_before`, which then suspends the thread.
    Do nothing if no program runs: there would be no state to send, and the page offers to resume a
    program only after it has received its state.
    """
    if _state is None:
        return
    kernel.pause()
    _report()


def step() -> None:
    """Run one step of the program, whether it is paused or running."""
    if _state is None:
        return
    _state.is_on = True
    loops = _running_loops()
    _set_queues(_Queue, loops)
    if loops:
        kernel.resume()
    else:
        kernel.take_step()


def resume() -> None:
    """Resume the program."""
    if _state:
        _state.is_on = False
    _set_queues(deque, _loops)
    kernel.resume()


def _set_queues(
    kind: type[deque[events.Handle]], loops: Iterable[base_events.BaseEventLoop]
) -> None:
    """Convert the ready queues of event loops to this type."""
    for loop in loops:
        own: Any = loop
        # A program may have replaced the queue by one of its own, which is left alone.
        if type(own._ready) in (deque, _Queue) and type(own._ready) is not kind:
            own._ready = kind(own._ready)


def _running_loops() -> list[base_events.BaseEventLoop]:
    return [loop for loop in _loops if loop.is_running()]


def _pause_before(handle: events.Handle) -> None:
    if _state is None or not scheduler.can_switch():
        return
    _state.next = handle
    pause()
    try:
        scheduler.yield_slice()
    except scheduler.CannotSuspendError:
        kernel.resume()
    finally:
        _state.next = None
    if scheduler.is_main() and kernel.interrupted:
        scheduler.deliver_interrupt()


# --- the state for the paused panel ---------------------------------------------------------------


def _report() -> None:
    if _state is None:
        return
    if scheduler.observer:
        scheduler.observer.flush()
    milliseconds = (perf_counter_ns() - _state.begun) / 1_000_000
    page.report_paused(milliseconds, json.dumps(_describe_state(_state), ensure_ascii=False))


def _describe_state(state: _State) -> _Json:
    loops = _running_loops()
    all_tasks = [task for loop in loops for task in asyncio.all_tasks(loop)]
    all_tasks.sort(key=lambda task: _natural(task.get_name()))
    describe = functools.partial(_describe_callback, state, all_tasks)
    # The tasks that were interrupted in the middle of a step, at the end of a time slice.
    interrupted = {id(asyncio.current_task(loop)) for loop in loops} if not state.next else set()
    ready = [each for loop in loops for each in loop._ready if not each.cancelled()]  # type: ignore[attr-defined]
    timers = [
        (each.when() - loop.time(), each)
        for loop in loops
        for each in loop._scheduled  # type: ignore[attr-defined]
        if not each.cancelled()
    ]
    timers.sort(key=lambda timer: timer[0])
    # A task in `asyncio.sleep` is shown by the timer that wakes it, and not among the waiting ones.
    handles = [state.next, *ready, *(each for _, each in timers)]
    asleep = {
        id(each._args[0]) for each in handles if each and each._callback is tasks.wake_sleeper
    }
    waiting_tasks = [
        _describe_wait(state, task)
        for task in all_tasks
        if id(task) not in interrupted
        and (future := _fut_waiter(task)) is not None
        and not _is_done(future)
        and id(future) not in asleep
    ]
    if state.phase == "before" and _has_begun(state, loops):
        state.phase = "inside"
    running, ready_threads, waiting_threads = _describe_threads(
        state, loops, [task for task in all_tasks if id(task) in interrupted]
    )
    return {
        "phase": state.phase,
        "next": describe(state.next) if state.next else None,
        "last": None if state.next else _describe_last_thread(state),
        "running": _sample(running),
        "ready": _sample(
            ready_threads + [describe(each) for each in ready[:_MAX_ENTRIES]],
            len(ready_threads) + len(ready),
        ),
        "timers": _sample(
            [
                {**describe(each), "in": round(left * 1000, 3)}
                for left, each in timers[:_MAX_ENTRIES]
            ],
            len(timers),
        ),
        "waiting": _sample(waiting_tasks + waiting_threads),
    }


def _sample(entries: list[_Json], count: int | None = None) -> _Json:
    """Return a `Sample` of paused_state.ts: the first entries of a list, and how many it has.

    Args:
        entries: all entries of the list, or at least as many as are returned.
        count: how many entries the list has; None if `entries` contains all of them.
    """
    return {"entries": entries[:_MAX_ENTRIES], "count": len(entries) if count is None else count}


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names naturally, with Task-9 before Task-10."""
    return [(int(part or 0), text) for text, part in re.findall(r"(\D*)(\d{0,18})", name)]


def _describe_wait(state: _State, task: "asyncio.Task[Any]") -> _Json:
    reason, of, line = state.find_wait(task, task.get_coro())
    return {"name": _cut(task.get_name()), "reason": REASONS[reason], "of": of, "line": line}


def _describe_callback(
    state: _State, all_tasks: "list[asyncio.Task[Any]]", handle: events.Handle
) -> _Json:
    """Describe a callback that an event loop is going to call."""
    own: Any = handle
    callback: Any = own._callback
    args: tuple[Any, ...] = own._args or ()
    while isinstance(callback, functools.partial):
        callback = callback.func
    task = tasks.task_of(callback)
    if task:
        coroutine: Any = task.get_coro()
        name = _cut(task.get_name())
        if getattr(coroutine, "cr_suspended", True):
            return _call("resume", name, "", state.find_wait(task, coroutine)[2])
        runs = _cut(getattr(coroutine, "__name__", ""))
        return _call(
            "start", name, runs, state.recorder.first_line(getattr(coroutine, "cr_code", None))
        )
    if callback is tasks.wake_sleeper:
        sleeper = next((each for each in all_tasks if _fut_waiter(each) is args[0]), None)
        if sleeper:
            line = state.find_wait(sleeper, sleeper.get_coro())[2]
            return _call("wake", _cut(sleeper.get_name()), "", line)
    subject = getattr(callback, "__self__", None)
    if isinstance(subject, timeouts.Timeout):
        late = getattr(subject, "_task", None)
        return _call("timeout", _cut(late.get_name()) if late else "", "", 0)
    name = getattr(callback, "__qualname__", type(callback).__qualname__)
    about = next((each for each in args if isinstance(each, asyncio.Task)), None)
    line = state.recorder.first_line(getattr(callback, "__code__", None))
    return _call("call", _cut(name), _cut(about.get_name()) if about else "", line)


def _is_done(future: Any) -> bool:
    # The program may define its own futures, whose methods can raise any exception.
    with contextlib.suppress(Exception):
        return bool(future.done())
    return False


def _fut_waiter(task: "asyncio.Task[Any]") -> Any:
    return getattr(task, "_fut_waiter", None)


def _call(kind: str, name: str, of: str, line: int) -> _Json:
    """Return a `Call` of paused_state.ts, which describes what the next step does."""
    return {"kind": kind, "name": name, "of": of, "line": line}


def _cut(text: str) -> str:
    return text[:_MAX_NAME]


def _has_begun(state: _State, loops: list[base_events.BaseEventLoop]) -> bool:
    """Return whether the program has reached its first line.

    Event loops and threads are started only by the program itself. If there are none, the main
    thread must have reached a line of the program. That its frame exists is not enough, because
    the frame is created a little before the first line runs.
    """
    threads = scheduler.list_threads()
    return (
        bool(loops)
        or len(threads) > 1
        or any(
            state.recorder.program_line(wait.frame if wait else frame)
            for _, _, wait, frame in threads
        )
    )


def _describe_last_thread(state: _State) -> _Json | None:
    """Return the thread that ran last and the line that it has reached, or that it has ended.

    The result is None if the thread has not reached any line of the program.
    """
    for ident, name, wait, frame in scheduler.list_threads():
        if scheduler.is_running(ident):
            line = state.recorder.program_line(wait.frame if wait else frame)
            return {"name": _cut(name), "line": line} if line else None
    if ended := scheduler.last_ended():
        return {"name": _cut(ended), "line": 0, "ended": True}
    return None


def _describe_threads(
    state: _State, loops: list[base_events.BaseEventLoop], interrupted: "list[asyncio.Task[Any]]"
) -> tuple[list[_Json], list[_Json], list[_Json]]:
    """Describe the running, the ready and the waiting threads, each in a list of its own."""
    running, ready, waiting = [], [], []
    # A task that was interrupted in the middle of its step is shown in place of its thread.
    task_of_thread = {
        loop._thread_id: task  # type: ignore[attr-defined]
        for loop in loops
        for task in interrupted
        if task.get_loop() is loop
    }
    idents = {loop._thread_id for loop in loops}  # type: ignore[attr-defined]
    for ident, own_name, wait, frame in scheduler.list_threads():
        task = task_of_thread.get(ident)
        if ident in idents and not task:
            continue  # The page shows the next callback of the event loop instead.
        name = _cut(task.get_name() if task else own_name)
        if frame is None:
            if not scheduler.is_running(ident):
                ready.append(_call("start", name, "", 0))
        elif wait is None:
            line = state.recorder.program_line(frame)
            # Before and after the program, the main thread runs only code of the runtime.
            if line or task or ident != scheduler.MAIN or state.phase == "inside":
                running.append({"name": name, "line": line})
        else:
            # Without a reason, a wait is not shown, for example the one of `Thread.start`. But if
            # it has ended, the thread is shown as ready.
            why = reason_of(wait.frame, state.recorder)
            if wait.gate.opened:
                line = why[2] if why else state.recorder.program_line(wait.frame)
                ready.append(_call("resume", name, "", line))
            elif why and why[0] != "work":
                waiting.append({"name": name, "reason": why[0], "of": why[1], "line": why[2]})
    return running, ready, waiting
