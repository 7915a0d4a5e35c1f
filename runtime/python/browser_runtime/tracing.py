"""Reports to the page what the threads and tasks of a program do, if the page asks for a trace.

The events are those of `runnable_tracer`, which also traces tasks. The scheduler, which handles
every wait, reports what threads do. This module does not slow down programs that are not traced.
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
from runnable_tracer.network import peers
from runnable_tracer.recorder import MAIN_THREAD, NO_LANE, Event, Recorder

from browser_runtime.scheduling import scheduler

# The interval in seconds at which events are sent to the page, as long as there are any.
_FLUSH_INTERVAL_S = 0.05
# Maximum number of events of one process. The page keeps a limited number of events of all
# processes; see `MAX_EVENTS` in runtime/timeline/model/timeline.ts.
_MAX_EVENTS = 60_000
# For how many further events a reading of the clock is used. Reading the clock takes as long as ten
# function calls, and the clock advances in steps of 0.1 ms or more.
_REUSE = 8
# The most events, and about the most characters, in one message; see `MAX_LENGTH` in
# runtime/protocol/page_worker.ts.
_MAX_EVENTS_PER_MESSAGE = 4000
_MAX_CHARACTERS = 400_000
# Events contain no cycles, so checking for them would only take time.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode

# Name of a module of `browser_runtime` → the reason of a thread that waits in this module, unless
# the function of the standard library that has called it has a more exact one.
_REASONS = {
    "event_loop": "idle",
    "keyboard": "input",
    "locks": "lock",
    "queues": "queue get",
    "semaphores": "semaphore",
}
# How the names of the modules begin in which threads wait for sockets and pipes, and the name of
# the one that knows the reason.
_NETWORK = "browser_runtime.network."
_DESCRIPTORS = f"{_NETWORK}descriptors"


def reason_of(frame: FrameType | None, recorder: Recorder) -> tuple[str, str, int] | None:
    """Return why a thread waits that was suspended in this frame, like `reasons.classify`."""
    default = of = ""
    while frame is not None and scheduler.is_ours(frame.f_code.co_filename):
        module = frame.f_globals["__name__"]
        if module == _DESCRIPTORS:
            default, of = _network_reason(frame)
        elif module.startswith(_NETWORK):
            default = default or "I/O"
        elif frame.f_code.co_name == "sleep":
            default = "sleep"
        else:
            default = _REASONS.get(module.rpartition(".")[2], "process")
        frame = frame.f_back
    why = reasons.classify(frame, recorder, default or "other")
    return why and (why[0], why[1] or (of if why[0] == default else ""), why[2])


def _network_reason(frame: FrameType) -> tuple[str, str]:
    """Return why a thread waits that was suspended in `descriptors.wait_until`, and for what."""
    local: Any = frame.f_locals
    names = [
        peers.shown(watched.peer) or watched.unnamed
        for pollable in local["observed"]
        for watched in pollable.watched()
    ]
    return local["reason"], peers.several(names)


class Tracing:
    """The trace of one program or of one of its processes; a `scheduler.Observer`."""

    def __init__(self, program: str) -> None:
        # A function written in C, because it is called twice for every step of a task, and
        # `scheduler.get_ident` would be slower.
        get_ident = functools.partial(operator.attrgetter("current"), scheduler._state)
        self.recorder = Recorder(program, perf_counter_ns, get_ident, _MAX_EVENTS, _REUSE)
        # The beginning of the trace in ms, on the clock that all processes share.
        self._begun = page.clock()
        self._flushed_at = 0.0
        # The numbers of the threads whose waits have been recorded and have not ended.
        self._waiting: set[int] = set()
        # For waiting threads that were woken: the lane that woke them, and when.
        self._woken: dict[int, tuple[int, int]] = {}
        # For suspended threads whose waits have not been recorded: when their time slice ended, or
        # when a wait began that the timeline does not show.
        self._paused: dict[int, int] = {}
        # For threads that have not begun to run, the lane that started them.
        self._starting: dict[int, int] = {}
        self._undo = [tasks.install(self.recorder)]
        pools.install(self.recorder)
        self._failed = failures.install(scheduler.get_ident)

    def wait(self, ident: int, frame: FrameType | None, *, is_last: bool) -> None:
        """Record that a thread begins to wait.

        If `is_last`, probably nothing else happens for a while, so all events are sent to the page.
        Otherwise the timeline would not show this wait before it has ended.
        """
        self.recorder.reuses_left = 0
        self._woken.pop(ident, None)
        if self.recorder.is_over:
            return
        # Read the clock now, because the search for the reason already counts as part of the wait.
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
        """Record which lane wakes a thread."""
        self._woken[ident] = self.recorder.waking_lane(), perf_counter_ns()

    def run(self, ident: int) -> None:
        """Record that a thread runs again; if its wait was not recorded, as `begin_slice` does."""
        if ident not in self._waiting:
            self.begin_slice(ident)
            return
        self._waiting.discard(ident)
        self.recorder.reuses_left = 0
        lane, now = self.recorder.thread_lane(ident), perf_counter_ns()
        by, ready = self._woken.pop(ident, (NO_LANE, now))
        self.recorder.events += [("ready", lane, ready, by), ("run", lane, now)]

    def end_slice(self, ident: int, frame: FrameType | None) -> None:
        """Record the line that a thread has reached at the end of its time slice."""
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
        """Record that a thread runs again, if other threads have run since its last time slice."""
        self.recorder.reuses_left = 0
        paused = self._paused.pop(ident, None)
        if paused is not None and scheduler.previous_thread() != ident:
            lane = self.recorder.thread_lane(ident)
            rows = ("ready", lane, paused, lane), ("run", lane, perf_counter_ns())
            self.recorder.events += rows

    def create_thread(self, ident: int) -> None:
        """Record which lane starts a thread."""
        self._starting[ident] = self.recorder.running_lane()

    def begin_thread(self, ident: int, name: str, function: Callable[..., object]) -> None:
        """Record that a thread begins to run."""
        thread = getattr(function, "__self__", None)
        own = getattr(thread, "_target", None) or getattr(thread, "run", function)
        by = self._starting.pop(ident, NO_LANE)
        self.recorder.open_thread(ident, name, by, getattr(own, "__code__", None))

    def end_thread(self, ident: int) -> None:
        """Record that a thread has ended."""
        error = self._failed.pop(ident, "")
        self.recorder.close_thread(ident, "failed" if error else "done", error)

    def stream(self, descriptor: int) -> io.FileIO:
        """Return a file on a descriptor that records what is printed to it."""
        recorder, name = self.recorder, "stdout" if descriptor == 1 else "stderr"

        class Printed(io.FileIO):
            # Whether the last line has been written and recorded without its newline.
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
        """Send the recorded events to the page, unless `_FLUSH_INTERVAL_S` has not passed yet."""
        now = page.clock() / 1000
        if now - self._flushed_at > _FLUSH_INTERVAL_S:
            self._flushed_at = now
            self.flush()

    def flush(self) -> None:
        """Send the recorded events to the page."""
        # Events taken from the recorder would be lost if another thread ended the program now.
        scheduler.set_atomic(True)
        try:
            self._flush()
        finally:
            scheduler.set_atomic(False)

    def _flush(self) -> None:
        rows, steps, names = self.recorder.take()
        for start in range(0, len(rows), _MAX_EVENTS_PER_MESSAGE):
            self._send(rows[start : start + _MAX_EVENTS_PER_MESSAGE])
        if steps:
            # Converting the list to an array directly takes four times as long.
            numbers = array("d", struct.pack(f"{len(steps)}d", *steps))
            text = _encode([["names", *names]])
            page.trace(self._begun, self.recorder.started_at, text, to_js(numbers))

    def _send(self, rows: list[Event]) -> None:
        text = _encode(rows)
        if len(text) > _MAX_CHARACTERS and len(rows) > 1:
            half = len(rows) // 2
            self._send(rows[:half])
            self._send(rows[half:])
        else:
            page.trace(self._begun, self.recorder.started_at, text, to_js(array("d")))

    def open(self, name: str) -> None:
        """Record the name of the process."""
        self.recorder.open_process(name)

    def watch_collections(self) -> None:
        """Record the contents of the collections that the program's header names."""
        if end := states.install(self.recorder):
            self._undo.append(end)

    def fail(self, error: BaseException) -> None:
        """Record the first exception that ends the main thread, except for `SystemExit`."""
        if isinstance(error, scheduler.DeadlockError):
            self._failed.setdefault(scheduler.MAIN, "deadlock")
        elif not isinstance(error, SystemExit):
            self._failed.setdefault(scheduler.MAIN, type(error).__name__)

    def end(self) -> None:
        """Stop recording, and send the remaining events to the page."""
        scheduler.observer = None
        for undo in self._undo:
            undo()
        now, error = perf_counter_ns(), self._failed.get(scheduler.MAIN, "")
        how = "failed" if error else "done"
        self.recorder.events.append(("end", MAIN_THREAD, now, how, error))
        self.flush()


def begin(program: str) -> Tracing:
    """Start to trace the program in this file. `Tracing.open` records the name of the process."""
    tracing = Tracing(program)
    scheduler.observer = tracing
    return tracing
