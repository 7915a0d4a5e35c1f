"""Says where threads and tasks are, and what they wait for."""

import re
import sys
from types import CoroutineType, FrameType, GeneratorType
from typing import Any

from explorer.scheduler import MAIN, WAITING, Scheduler, Thread

# What the program called that waits: the qualified name → in words.
_WORDS = (
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


def reason(called: str) -> str:
    """What is waited for, given the qualified name of what the program called."""
    return next((words for pattern, words in _WORDS if re.search(pattern, called)), "something")


def in_thread(frame: FrameType | None, filename: str) -> tuple[FrameType | None, str]:
    """Return the program's frame below a frame, and what it called there."""
    called = ""
    while frame is not None and frame.f_code.co_filename != filename:
        called = frame.f_code.co_qualname
        frame = frame.f_back
    return frame, called


def in_task(task: Any, filename: str) -> tuple[FrameType | None, str]:
    """Return the program's frame in which a task stands, and what it awaits there."""
    own, called = None, ""
    awaited: Any = task.get_coro()
    while isinstance(awaited, CoroutineType | GeneratorType):
        kind = "cr" if isinstance(awaited, CoroutineType) else "gi"
        frame: FrameType | None = getattr(awaited, f"{kind}_frame")
        if frame is not None and frame.f_code.co_filename == filename:
            own, called = frame, ""
        elif not called:
            called = awaited.__qualname__
        awaited = getattr(awaited, "cr_await" if kind == "cr" else "gi_yieldfrom")
    if not called and awaited is not None:
        called = "Future.result"
    return own, called


def task_name(task: Any) -> str:
    """Return the name of a task, with what it runs if it was given none."""
    name: str = task.get_name()
    if not re.fullmatch(r"Task-\d+", name):
        return name
    return f"{name} ({getattr(task.get_coro(), '__name__', 'task')})"


def place_of_thread(thread: Thread, filename: str) -> tuple[int, bool]:
    """Return the line of the program where a thread goes on, and whether it has begun before.

    Of one that has not it is the line where its function begins; 0 if that is not the program's.
    """
    frame, _ = in_thread(thread.frame, filename)
    if frame is not None:
        caller, _ = in_thread(frame.f_back, filename)
        is_first = frame.f_lineno == frame.f_code.co_firstlineno and caller is None
        return frame.f_lineno or 0, not is_first
    function: Any = getattr(thread.owner, "_target", None) or getattr(thread.owner, "run", None)
    code = getattr(function, "__code__", None)
    if code is None or code.co_filename != filename:
        return 0, False
    return code.co_firstlineno, False


def place_of_task(task: Any, filename: str) -> tuple[int, bool]:
    """Return the same of a task."""
    frame, _ = in_task(task, filename)
    return (frame.f_lineno or 0 if frame else 0), getattr(task.get_coro(), "cr_suspended", True)


def tasks_of(thread: Thread) -> list[Any]:
    """The tasks that are not done, of the event loop that a waiting thread runs."""
    asyncio: Any = sys.modules.get("asyncio")
    frame = thread.frame
    while asyncio and frame is not None:
        loop = frame.f_locals.get("self")
        if frame.f_code.co_name == "run_forever" and isinstance(loop, asyncio.AbstractEventLoop):
            return sorted(asyncio.all_tasks(loop), key=_number)
        frame = frame.f_back
    return []


def _number(task: Any) -> tuple[int, str]:
    digits = re.sub(r"\D", "", task.get_name())
    return int(digits or 0), task.get_name()


def describe(run: Scheduler, filename: str) -> str:
    """Say who waits where in a run in which everybody does: a line for each."""
    lines = []
    for thread in run.threads:
        if thread.state != WAITING:
            continue
        if tasks := tasks_of(thread):
            stands = [(task_name(task), *in_task(task, filename)) for task in tasks]
        else:
            stands = [(name_of(thread), *in_thread(thread.frame, filename))]
        for name, own, called in stands:
            where = f" at line {own.f_lineno}" if own else " after its last line"
            lines.append(f"{name} waits{where} for {reason(called)}.")
    return "\n".join(lines)


def actor(run: Scheduler) -> str:
    """Return the name of the task that runs, or of the thread."""
    events: Any = sys.modules.get("asyncio.events")
    if events and (loop := events._get_running_loop()):
        task = sys.modules["asyncio"].current_task(loop)
        if task is not None:
            return task_name(task)
    return name_of(run.current)


def name_of(thread: Thread) -> str:
    """Return what a thread is called in reports."""
    return "The main thread" if thread.ident == MAIN else thread.name
