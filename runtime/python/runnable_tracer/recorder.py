"""Records what happens in one process, as the events of a trace."""

import itertools
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from runnable_tracer.cpython_internals import threading_internals

# An event as in runtime/timeline/model/trace_events.ts, but with times in nanoseconds.
type Event = tuple[Any, ...]

# A step of a task is recorded as seven numbers:
# - the lane of the task,
# - when the task was ready to run this step, in ns,
# - the lane that made it ready,
# - when the step started and ended, in ns,
# - the reason for which the task then waits, as an index of `REASONS`,
# - the line of the program where it waits.
# The first entry of a task has the lane of its parent in place of the start, 0 in place of the end,
# `BEGUN` in place of the reason, and the first line of the task's coroutine.
# runtime/timeline/model/live.ts reads these numbers, and has the same constants.
STEP_LENGTH = 7
_REASON_INDEX = 5
# In place of a reason: the task has returned, or it has just begun. The last step of a task that
# fails or is cancelled has the reason 0, and its end is an event of its own.
DONE, BEGUN = -1, -2
# This is added to the reason if what the task waits for has a name.
NAMED = 100
# The reasons in trace_events.ts, in the same order, after an empty one for a task that has failed
# or was cancelled.
REASONS = (
    "",
    "sleep",
    "lock",
    "semaphore",
    "event",
    "condition",
    "barrier",
    "queue get",
    "queue put",
    "queue join",
    "thread",
    "process",
    "task",
    "tasks",
    "task group",
    "future",
    "executor",
    "work",
    "shutdown",
    "idle",
    "turn",
    "I/O",
    "connect",
    "accept",
    "read",
    "write",
    "select",
    "input",
    "other",
)

# Numbers of lanes.
PROCESS, MAIN_THREAD = 0, 1
NO_LANE = -1
_MAX_TEXT = 200  # characters
# In characters. Printed lines are cut to `_MAX_TEXT` later, when paths have been removed from them;
# see mkdocs_runnable/recording/tracing.py.
_MAX_PRINTED_LINE = 2000


class Recorder:
    """Records the events of one process.

    For a step of a task or a wait of a thread, hooks do little more than append to the lists of
    this object, which is fast and atomic. The rest of the work is left to `take` and `events_of`.

    Args:
        program: the program's file. Events contain line numbers of this file only.
        now: reads a clock, in nanoseconds. On CPython, all processes share it.
        get_ident: returns the identifier of the running thread.
        max_events: the recorder stops after this many events.
        max_reuses: how often a reading of the clock may be used again before the clock is read
            anew. More than 0 saves time where reading the clock is slow.
    """

    def __init__(
        self,
        program: str,
        now: Callable[[], int],
        get_ident: Callable[[], int],
        max_events: int = 100_000,
        max_reuses: int = 0,
    ) -> None:
        self.program = program
        self.now = now
        self.get_ident = get_ident
        self.events: list[Event] = []
        # Steps of tasks, `STEP_LENGTH` numbers each. There are so many steps that a tuple for each
        # would be slow to create, and slower to pass to JavaScript.
        self.steps: list[int] = []
        # Lane → name of the task and of its coroutine, until the task's first entry is taken.
        self.task_names: dict[int, str] = {}
        self.coroutine_names: dict[int, str] = {}
        # Lane → names of what the task waits for, one for each step whose reason has `NAMED` added.
        self.wait_names: dict[int, list[str]] = {}
        # Thread identifier → the thread's own lane.
        self.thread_lanes: dict[int, int] = {}
        # Thread identifier → the lane of the task that the thread runs, or else the thread's own
        # lane. While the thread runs another callback of an event loop, this is the lane that
        # scheduled the callback, or `NO_LANE` for a timer.
        self.current_lanes: dict[int, int] = {}
        # Thread identifier → whether the thread runs a callback of an event loop that is neither a
        # step of a task nor a timer.
        self.in_callback: dict[int, bool] = {}
        self._max_events = max_events
        self.max_reuses = max_reuses
        # The last reading of the clock, and how often it may be used again.
        self.reading = self.reuses_left = 0
        # Functions in which a process created by `fork` starts to run its own code. The frames that
        # called them belong to the parent process.
        self.fork_entries: set[CodeType] = set()
        # The method with which an event loop runs its callbacks. The line of the program that
        # started the loop is unrelated to what a callback does.
        self.callback_runner: CodeType | None = None
        # Whether this process runs the program itself, rather than being a child process.
        self.is_main = True
        self.begin(get_ident())

    def begin(self, main: int) -> None:
        """Start recording, in a process in which only the main thread runs.

        Args:
            main: identifier of the main thread.
        """
        # Whether there have been more than `max_events` events, so that no more are recorded.
        self.is_over = False
        # How many events `take` has returned.
        self._taken = 0
        self.started_at = self.now()
        # Returns the number of a new lane.
        self.new_lane: Callable[[], int] = itertools.count(MAIN_THREAD + 1).__next__
        # The hooks refer to these collections, so they are cleared rather than replaced.
        self.events.clear()
        self.steps.clear()
        for kept in (
            *(self.task_names, self.coroutine_names, self.wait_names),
            *(self.thread_lanes, self.current_lanes, self.in_callback),
        ):
            kept.clear()
        self.thread_lanes[main] = self.current_lanes[main] = MAIN_THREAD

    def thread_lane(self, ident: int) -> int:
        """Return a thread's own lane; a thread whose start was not recorded gets one now."""
        lane = self.thread_lanes.get(ident)
        if lane is None:
            lane = self.thread_lanes[ident] = self.current_lanes[ident] = self.new_lane()
            thread = threading_internals._active.get(ident)
            name = thread.name if thread else "a thread"
            self.events.append(("lane", lane, PROCESS, "thread", name, self.now(), NO_LANE, 0))
        return lane

    def running_lane(self) -> int:
        """Return the lane of the running task, or of the running thread if it runs no task."""
        ident = self.get_ident()
        lane = NO_LANE if self.in_callback.get(ident) else self.current_lanes.get(ident, NO_LANE)
        return lane if lane >= 0 else self.thread_lane(ident)

    def waking_lane(self) -> int:
        """Return the lane to name as the waker of a lane that the running thread wakes.

        While a callback of an event loop runs, this is the lane that scheduled the callback, if
        there is one.
        """
        ident = self.get_ident()
        lane = self.current_lanes.get(ident, NO_LANE)
        return lane if lane >= 0 else self.thread_lane(ident)

    def open_process(self, name: str) -> None:
        """Record the process itself and its main thread, which have existed since `begin`."""
        at = self.started_at
        self.events[:0] = [
            ("lane", PROCESS, NO_LANE, "process", name[:_MAX_TEXT], at, NO_LANE, 0),
            ("lane", MAIN_THREAD, PROCESS, "thread", "MainThread", at, NO_LANE, 0),
            ("run", MAIN_THREAD, at),
        ]

    def open_thread(self, ident: int, name: str, by: int, code: CodeType | None) -> int:
        """Record that a thread starts to run, and return its lane.

        Args:
            ident: identifier of the thread.
            name: name of the thread.
            by: the lane that started the thread.
            code: the code of the function that the thread runs.
        """
        lane = self.thread_lanes[ident] = self.current_lanes[ident] = self.new_lane()
        now = self.now()
        line = self.first_line(code)
        self.events.append(("lane", lane, PROCESS, "thread", name[:_MAX_TEXT], now, by, line))
        self.events.append(("run", lane, now))
        return lane

    def close_thread(self, ident: int, how: str, text: str = "") -> None:
        """Record that a thread ends.

        Args:
            ident: identifier of the thread.
            how: `done` or `failed`.
            text: the name of the exception's class, if the thread has failed.
        """
        lane = self.thread_lanes.pop(ident, None)
        self.current_lanes.pop(ident, None)
        if lane is not None:
            self.events.append(("end", lane, self.now(), how, text))

    def first_line(self, code: CodeType | None) -> int:
        """Return the first line of a function of the program; 0 for other functions."""
        if code is None or code.co_filename != self.program:
            return 0
        return code.co_firstlineno

    def sample_line(self, lane: int, frame: FrameType | None) -> None:
        """Record which line of the program a running thread is executing."""
        line = self.program_line(frame)
        if line:
            self.events.append(("seen", lane, self.now(), line))

    def program_line(self, frame: FrameType | None) -> int:
        """Return the line of the innermost frame of the program on a stack.

        The result is 0 if there is none, or if an event loop or the start of a forked process comes
        before it: outside of these, the frames are unrelated to what the thread does.
        """
        while frame is not None:
            code = frame.f_code
            if code.co_filename == self.program:
                return frame.f_lineno or 0
            # The set is searched only if it has elements, because hashing code is slow.
            if code is self.callback_runner or (self.fork_entries and code in self.fork_entries):
                break
            frame = frame.f_back
        return 0

    def output(self, stream: str, text: str, frame: FrameType | None) -> None:
        """Record lines that the running task or thread prints to `stdout` or `stderr`."""
        if self.is_over:
            return
        lane, now, number = self.running_lane(), self.now(), self.program_line(frame)
        for line in text.removesuffix("\n").split("\n"):
            # What comes before a carriage return is overwritten, as in a progress bar.
            shown = line.removesuffix("\r").rpartition("\r")[2][:_MAX_PRINTED_LINE]
            self.events.append(("output", lane, now, stream, shown, number))

    def take(self) -> tuple[list[Event], list[int], list[str]]:
        """Return what has been recorded since the last call, and forget it.

        Returns:
            The events, the steps as numbers, and the names that belong to the steps, in order. An
            entry for a task that begins has two names, those of the task and of its coroutine, and
            a step with a reason that has `NAMED` added has one. All three are empty if an earlier
            call has returned more than `max_events` events in all.
        """
        # Other threads may append while this runs, so delete only what was copied.
        events, steps = self.events[:], self.steps[:]
        del self.events[: len(events)], self.steps[: len(steps)]
        reasons = steps[_REASON_INDEX::STEP_LENGTH]
        names: list[str] = []
        for lane, reason in zip(steps[::STEP_LENGTH], reasons, strict=True):
            if reason == BEGUN:
                names += (self.task_names.pop(lane), self.coroutine_names.pop(lane))
            elif reason >= NAMED:
                names.append(self.wait_names[lane].pop(0))
        names = [str(name)[:_MAX_TEXT] for name in names]
        if self.is_over:
            return [], [], []
        self._taken += len(events) + len(reasons) + reasons.count(DONE)
        if self._taken > self._max_events:
            self.is_over = True
            events.append(("cut", self.now()))
        return events, steps, names


def events_of(steps: list[int], names: list[str]) -> list[Event]:
    """Return the events for the steps and names that `Recorder.take` returned."""
    events: list[Event] = []
    names_left = iter(names)
    for at in range(0, len(steps), STEP_LENGTH):
        lane, ready, by, start, end, reason, line = steps[at : at + STEP_LENGTH]
        if reason == BEGUN:
            name, runs = next(names_left), next(names_left)
            events.append(("lane", lane, start, "task", name, ready, by, line, runs))
            continue
        of = next(names_left) if reason >= NAMED else ""
        why = "" if reason == DONE else REASONS[reason % NAMED]
        events.append(("step", lane, ready, by, start, end, why, of, line))
        if reason == DONE:
            events.append(("end", lane, end, "done", ""))
    return events
