"""Tells the page what the threads and tasks of a program do, if it wants to know.

The rows are those of `runnable_tracer`. Threads are watched by the scheduler itself, which every
wait goes through; nothing of that costs a program anything that is not traced.
"""

import functools
import io
import json
import operator
import struct
import sys
from array import array
from collections.abc import Callable
from time import perf_counter_ns
from types import FrameType
from typing import Any

import browser_page as page
from pyodide.ffi import to_js
from runnable_tracer import failures, pools, reasons, states, tasks
from runnable_tracer.recorder import MAIN_THREAD, NO_LANE, Event, Recorder

from browser_runtime.scheduling import scheduler

# In s: how often the page is told, at least while something happens.
_OFTEN = 0.05
# What a page keeps of one process; see also `MAX_EVENTS` in runtime/timeline/model/timeline.ts.
_MOST = 60_000
# Reading the clock takes as long as ten function calls, and it has steps of 0.1 ms or more.
_REUSE = 8
# So many rows go in one message, of about so many characters at most: see `LONGEST` in protocol.ts.
_CHUNK = 4000
_LONGEST = 400_000
# Rows hold nothing that holds them.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode

# What a thread waits for in a module of this package, if the library's functions say no more.
_REASONS = {
    "event_loop": "idle",
    "keyboard": "input",
    "locks": "lock",
    "queues": "queue get",
    "semaphores": "semaphore",
}


def reason_of(frame: FrameType | None, recorder: Recorder) -> tuple[str, str, int] | None:
    """Say what the wait of a thread below this frame is for; as `reasons.classify` does."""
    default = "other"
    while frame is not None and scheduler.is_ours(frame.f_code.co_filename):
        module = frame.f_globals["__name__"].rpartition(".")[2]
        default = "sleep" if frame.f_code.co_name == "sleep" else _REASONS.get(module, "process")
        frame = frame.f_back
    return reasons.classify(frame, recorder, default)


class Tracing:
    """Of one program, or of one of its processes; a `scheduler.Observer`."""

    def __init__(self, program: str) -> None:
        # Quicker than `scheduler.get_ident`: it is called for every step of a task, twice.
        get_ident = functools.partial(operator.attrgetter("current"), scheduler._state)
        self.recorder = Recorder(program, perf_counter_ns, get_ident, _MOST, _REUSE)
        # The same moment in ms, on the clock that all processes have.
        self._begun = page.clock()
        self._flushed_at = 0.0
        # Threads that wait, by number; who has woken them, and when.
        self._waiting: set[int] = set()
        self._woken: dict[int, tuple[int, int]] = {}
        # Threads whose turn is over, or that wait for something of no interest: since when.
        self._paused: dict[int, int] = {}
        # Threads that have not begun: the lane that started them.
        self._starting: dict[int, int] = {}
        self._undo = [tasks.install(self.recorder)]
        pools.install(self.recorder)
        self._failed = failures.install(scheduler.get_ident)

    def wait(self, ident: int, frame: FrameType | None, *, is_last: bool) -> None:
        """Report that a thread begins to wait.

        With the last wait the program comes to rest, so the page gets what has been held back until
        now. Otherwise it would miss the wait that it is about to show.
        """
        self.recorder.reuses_left = 0
        self._woken.pop(ident, None)
        if self.recorder.is_over:
            return
        # Before the reason is looked for: its time has begun to run.
        now = perf_counter_ns()
        why = reason_of(frame, self.recorder)
        if why is None:
            self._paused[ident] = now
            return
        lane = self.recorder.thread_lane(ident)
        self._waiting.add(ident)
        self.recorder.events.append(("wait", lane, now, *why))
        if is_last:
            self.flush()
        else:
            self.flush_if_due()

    def woken(self, ident: int) -> None:
        """Note who lets a thread go on."""
        self._woken[ident] = self.recorder.waking_lane(), perf_counter_ns()

    def run(self, ident: int) -> None:
        """Tell that a thread runs again, if it has been told that it did not."""
        if ident not in self._waiting:
            self.begin_slice(ident)
            return
        self._waiting.discard(ident)
        self.recorder.reuses_left = 0
        lane, now = self.recorder.thread_lane(ident), perf_counter_ns()
        by, ready = self._woken.pop(ident, (NO_LANE, now))
        self.recorder.events += [("ready", lane, ready, by), ("run", lane, now)]

    def end_slice(self, ident: int, frame: FrameType | None) -> None:
        """Tell where a thread is, and that its turn is over if others want to run."""
        if self.recorder.is_over:
            return
        self.recorder.reuses_left = 0
        if ident in self._waiting:
            return
        lane = self.recorder.thread_lane(ident)
        self.recorder.sample_line(lane, frame)
        if scheduler.thread_count() > 1:
            self._paused[ident] = perf_counter_ns()
        self.flush_if_due()

    def begin_slice(self, ident: int) -> None:
        """Tell that a thread runs again, if others have run meanwhile."""
        self.recorder.reuses_left = 0
        paused = self._paused.pop(ident, None)
        if paused is not None and scheduler.previous_thread() != ident:
            lane = self.recorder.thread_lane(ident)
            rows = ("ready", lane, paused, lane), ("run", lane, perf_counter_ns())
            self.recorder.events += rows

    def create_thread(self, ident: int) -> None:
        """Note who starts a thread."""
        self._starting[ident] = self.recorder.running_lane()

    def begin_thread(self, ident: int, name: str, function: Callable[..., object]) -> None:
        """Tell of a thread that begins to run."""
        thread = getattr(function, "__self__", None)
        own = getattr(thread, "_target", None) or getattr(thread, "run", function)
        by = self._starting.pop(ident, NO_LANE)
        self.recorder.open_thread(ident, name, by, getattr(own, "__code__", None))

    def end_thread(self, ident: int) -> None:
        """Tell of a thread that has come to its end."""
        error = self._failed.pop(ident, "")
        self.recorder.close_thread(ident, "failed" if error else "done", error)

    def stream(self, descriptor: int) -> io.FileIO:
        """Return a file on a descriptor that tells what is printed there."""
        recorder, name = self.recorder, "stdout" if descriptor == 1 else "stderr"

        class Printed(io.FileIO):
            # The last line has been told, and its end has yet to be written.
            _is_open = False

            def write(self, data: Any, /) -> int:
                text = bytes(data).decode(errors="replace")
                if self._is_open:
                    text = text.removeprefix("\n")
                if text:
                    recorder.output(name, text, sys._getframe(1))
                self._is_open = not bytes(data).endswith(b"\n")
                return super().write(data)

        return Printed(descriptor, "w", closefd=False)

    def flush_if_due(self) -> None:
        """Tell the page what has come, unless that was done just before."""
        now = page.clock() / 1000
        if now - self._flushed_at > _OFTEN:
            self._flushed_at = now
            self.flush()

    def flush(self) -> None:
        """Tell the page what has come."""
        # What has been taken would be lost if another thread ended the program meanwhile.
        scheduler.set_atomic(True)
        try:
            self._flush()
        finally:
            scheduler.set_atomic(False)

    def _flush(self) -> None:
        rows, steps, names = self.recorder.take()
        for start in range(0, len(rows), _CHUNK):
            self._send(rows[start : start + _CHUNK])
        if steps:
            # An array takes four times as long to make of a list.
            numbers = array("d", struct.pack(f"{len(steps)}d", *steps))
            text = _encode([["names", *names]])
            page.trace(self._begun, self.recorder.started_at, text, to_js(numbers))

    def _send(self, rows: list[Event]) -> None:
        text = _encode(rows)
        if len(text) > _LONGEST and len(rows) > 1:
            half = len(rows) // 2
            self._send(rows[:half])
            self._send(rows[half:])
        else:
            page.trace(self._begun, self.recorder.started_at, text, to_js(array("d")))

    def open(self, name: str) -> None:
        """Tell of the process itself."""
        self.recorder.open_process(name)

    def watch_collections(self) -> None:
        """Tell what the collections hold that the program names in its header."""
        if end := states.install(self.recorder):
            self._undo.append(end)

    def fail(self, error: BaseException) -> None:
        """Note with which exception the main thread ends first; `sys.exit` is no failure."""
        if isinstance(error, scheduler.DeadlockError):
            self._failed.setdefault(scheduler.MAIN, "deadlock")
        elif not isinstance(error, SystemExit):
            self._failed.setdefault(scheduler.MAIN, type(error).__name__)

    def end(self) -> None:
        """Tell the rest, and watch no more."""
        scheduler.observer = None
        for undo in self._undo:
            undo()
        now, error = perf_counter_ns(), self._failed.get(scheduler.MAIN, "")
        how = "failed" if error else "done"
        self.recorder.events.append(("end", MAIN_THREAD, now, how, error))
        self.flush()


def begin(program: str) -> Tracing:
    """Trace the program in this file from now on, in this process; its name has yet to be told."""
    tracing = Tracing(program)
    scheduler.observer = tracing
    return tracing
