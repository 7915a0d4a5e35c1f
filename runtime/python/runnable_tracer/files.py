"""Writes the events of each process of a program on CPython to a file of its own."""

import atexit
import json
import os
import posix
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runnable_tracer import native, states
from runnable_tracer.recorder import MAIN_THREAD, events_of

# A child process can be killed at any time, so it writes its events at intervals of about this
# length.
_WRITE_INTERVAL_S = 0.02


class _File:
    """A file `<pid>-<random digits>.jsonl` for the events of a process.

    Its first line has the `pid` of the process and that of its parent, `parent`. Each further line
    is an event.
    """

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        # Whether `write` is running. A signal handler can call it again meanwhile.
        self._busy = False
        # Stops the recording of collections, if there is one.
        self.end_states: Callable[[], None] | None = None
        self._hooks = native.install(program, self.write_at_intervals)
        self.recorder = self._hooks.recorder
        self.begin()

    def begin(self) -> None:
        """Begin a new file for this process."""
        pid = os.getpid()
        # When events were last written, on the monotonic clock.
        self._written = 0.0
        self._path = self._folder / f"{pid}-{os.urandom(4).hex()}.jsonl"
        # The first line, until it has been written.
        self._head = json.dumps({"pid": pid, "parent": os.getppid()}) + "\n"

    def after_fork(self) -> None:
        """Begin a new file in a child process that `fork` has just created."""
        self._hooks.after_fork()
        self._busy = False
        self.begin()

    def write(self) -> None:
        """Write the events since the last call.

        A file must begin with the lane of its process. Before that lane is recorded, this method
        writes nothing.
        """
        events = self.recorder.events
        if self._busy or not events or (self._head and events[0][0] != "lane"):
            return
        self._busy = True
        try:
            events, steps, names = self.recorder.take()
            text = self._head + "".join(
                json.dumps(event, ensure_ascii=False) + "\n"
                for event in [*events, *events_of(steps, names)]
            )
            self._head = ""
            # Names may contain lone surrogates, which have no UTF-8 encoding.
            with self._path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(text)
            self._written = time.monotonic()
        finally:
            self._busy = False

    def write_at_intervals(self) -> None:
        """Write the events if the interval has passed; the main process writes only at its end."""
        is_main = self.recorder.is_main
        if not is_main and time.monotonic() - self._written > _WRITE_INTERVAL_S:
            self.write()

    def end(self) -> None:
        """Record how the main thread ends, and write all events: the process is about to exit."""
        self._hooks.end()
        if self.end_states:
            self.end_states()
        recorder = self.recorder
        if not recorder.is_over:
            error = getattr(sys, "last_exc", None)
            how = ("failed", type(error).__name__) if error else ("done", "")
            recorder.events.append(("end", MAIN_THREAD, recorder.now(), *how))
        self.write()


def start(folder: str, program: str, *, is_main: bool) -> Callable[[str, str], None]:
    """Record what this process and its children do, and write it to files in a folder.

    Args:
        folder: the folder for the files.
        program: the file of the program.
        is_main: whether this process runs the program itself, rather than being a child process.

    Returns:
        A function that records printed text. Its arguments are the stream, "stdout" or "stderr",
        and one or more whole lines.
    """
    file = _File(Path(folder), program)
    recorder = file.recorder
    recorder.is_main = is_main
    if is_main:
        recorder.open_process("MainProcess")
        file.end_states = states.install(recorder)

    def after_fork() -> None:
        recorder.is_main = False
        file.after_fork()

    leave = os._exit

    def leave_after_writing(status: int) -> None:
        file.end()
        leave(status)

    # A program may send `os._exit` to another process. Functions are pickled by name, so this one
    # needs the name under which the other process finds `os._exit`.
    function: Any = leave_after_writing
    function.__module__, function.__name__, function.__qualname__ = "posix", "_exit", "_exit"
    os._exit = posix._exit = function
    os.register_at_fork(after_in_child=after_fork)
    atexit.register(file.end)
    return lambda stream, text: recorder.output(stream, text, sys._getframe(1))
