"""Finds the lines at which threads and tasks are, and describes what they wait for."""

import asyncio
import re
from types import CoroutineType, FrameType, GeneratorType
from typing import Any

from explorer.cpython_internals import get_running_loop
from explorer.scheduler import MAIN, WAITING, Scheduler, Thread

# Pattern in the qualified name of the function that the program has called → what it waits for.
_WAITS = (
    (r"Thread\.join|ThreadHandle\.join|_shutdown", "a thread to end"),
    (r"Thread\.start", "a thread to start"),
    (r"Queue\.get", "an item in a queue"),
    (r"Queue\.put", "space in a queue"),
    (r"Queue\.join", "the items of a queue to be processed"),
    (r"Event\.wait", "an event"),
    (r"Condition\.wait", "a condition"),
    (r"Barrier\.wait", "a barrier"),
    (r"Semaphore\.\w+", "a semaphore"),
    (r"Future\.\w+|as_completed|\bwait\b", "a result"),
    (r"Executor\.\w+", "an executor to shut down"),
    (r"\bsleep", "its sleep to end"),
    (r"TaskGroup\.\w+|gather", "its tasks to finish"),
    (r"Lock\.\w+|_ContextManagerMixin", "a lock"),
    (r"Runner\.|\brun\b|run_", "its event loop"),
)


def describe_wait(callee: str) -> str:
    """Describe a wait, given the qualified name of the function that the program called."""
    return next((words for pattern, words in _WAITS if re.search(pattern, callee)), "something")


def find_in_thread(frame: FrameType | None, filename: str) -> tuple[FrameType | None, str]:
    """Return the innermost frame of the program on a stack, and the function it called there.

    Args:
        frame: the top of the stack.
        filename: the file of the program.

    Returns:
        The frame, or None if the program has none on the stack, and the qualified name of the
        function, which is empty if the top frame is the program's.
    """
    callee = ""
    while frame is not None and frame.f_code.co_filename != filename:
        callee = frame.f_code.co_qualname
        frame = frame.f_back
    return frame, callee


def find_in_task(task: Any, filename: str) -> tuple[FrameType | None, str]:
    """Return the innermost frame of the program in a task, and the function it awaits there.

    Args:
        task: a task that is not running.
        filename: the file of the program.

    Returns:
        The same as `find_in_thread`, but with the name `Future.result` if the frame itself awaits a
        future.
    """
    own, callee = None, ""
    awaited: Any = task.get_coro()
    while isinstance(awaited, CoroutineType | GeneratorType):
        kind = "cr" if isinstance(awaited, CoroutineType) else "gi"
        frame: FrameType | None = getattr(awaited, f"{kind}_frame")
        if frame is not None and frame.f_code.co_filename == filename:
            own, callee = frame, ""
        elif not callee:
            callee = awaited.__qualname__
        awaited = getattr(awaited, "cr_await" if kind == "cr" else "gi_yieldfrom")
    if not callee and awaited is not None:
        callee = "Future.result"
    return own, callee


def task_name(task: Any) -> str:
    """Return the name of a task; a default name is followed by the name of its coroutine."""
    name: str = task.get_name()
    if not re.fullmatch(r"Task-\d+", name):
        return name
    return f"{name} ({getattr(task.get_coro(), '__name__', 'task')})"


def thread_position(thread: Thread, filename: str) -> tuple[int, bool]:
    """Return the line at which a thread will resume or start, and whether it has started.

    The line is 0 if the thread does not continue in the program.
    """
    frame, _ = find_in_thread(thread.frame, filename)
    if frame is not None:
        caller, _ = find_in_thread(frame.f_back, filename)
        is_first = frame.f_lineno == frame.f_code.co_firstlineno and caller is None
        return frame.f_lineno or 0, not is_first
    function: Any = getattr(thread.owner, "_target", None) or getattr(thread.owner, "run", None)
    code = getattr(function, "__code__", None)
    if code is None or code.co_filename != filename:
        return 0, False
    return code.co_firstlineno, False


def task_position(task: Any, filename: str) -> tuple[int, bool]:
    """Return the line at which a task will resume or start, and whether it has started."""
    frame, _ = find_in_task(task, filename)
    return (frame.f_lineno or 0 if frame else 0), getattr(task.get_coro(), "cr_suspended", True)


def tasks_of(thread: Thread) -> list[Any]:
    """Return the unfinished tasks of the event loop that a waiting thread runs.

    Returns:
        The tasks, sorted by the numbers in their names; empty if the thread runs no event loop.
    """
    frame = thread.frame
    while frame is not None:
        loop = frame.f_locals.get("self")
        if frame.f_code.co_name == "run_forever" and isinstance(loop, asyncio.AbstractEventLoop):
            return sorted(asyncio.all_tasks(loop), key=_number)
        frame = frame.f_back
    return []


def _number(task: Any) -> tuple[int, str]:
    digits = re.sub(r"\D", "", task.get_name())
    return int(digits or 0), task.get_name()


def describe_deadlock(run: Scheduler, filename: str) -> str:
    """Return one line for each thread or task of a deadlock: where and for what it waits."""
    lines = []
    for thread in run.threads:
        if thread.state != WAITING:
            continue
        if tasks := tasks_of(thread):
            waits = [(task_name(task), *find_in_task(task, filename)) for task in tasks]
        else:
            waits = [(thread_name(thread), *find_in_thread(thread.frame, filename))]
        for name, frame, callee in waits:
            where = f" at line {frame.f_lineno}" if frame else " after its last line"
            lines.append(f"{name} waits{where} for {describe_wait(callee)}.")
    return "\n".join(lines)


def running_actor(run: Scheduler) -> str:
    """Return the name of the running task, or of the running thread if it runs no task."""
    if loop := get_running_loop():
        task = asyncio.current_task(loop)
        if task is not None:
            return task_name(task)
    return thread_name(run.current)


def thread_name(thread: Thread) -> str:
    """Return the name of a thread in reports."""
    return "The main thread" if thread.ident == MAIN else thread.name
