"""Writes the rows of each process of a program on CPython into a file of its own."""

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
from runnable_tracer.recorder import MAIN_THREAD, rows_of

# In s: a process that others may end at any time writes down so often what it knows.
_OFTEN = 0.02


class _File:
    """`<pid>-<number>.jsonl`: a line with `pid` and `parent`, then one a row."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self._busy = False
        self.end_states: Callable[[], None] | None = None
        self._watch = native.watch(program, self.write_now_and_then)
        self.recorder = self._watch.recorder
        self.begin()

    def begin(self) -> None:
        """Take up this process, which is new."""
        pid, self._written = os.getpid(), 0.0
        self._path = self._folder / f"{pid}-{os.urandom(4).hex()}.jsonl"
        self._head = json.dumps({"pid": pid, "parent": os.getppid()}) + "\n"

    def after_fork(self) -> None:
        """Take up the process that has just been made of this one."""
        self._watch.begin_again()
        self._busy = False
        self.begin()

    def write(self) -> None:
        """Write what has come since the last time; nothing if this process has not begun."""
        rows = self.recorder.rows
        if self._busy or not rows or (self._head and rows[0][0] != "lane"):
            return
        self._busy = True
        try:
            rows, steps, names = self.recorder.take()
            text = self._head + "".join(
                json.dumps(row, ensure_ascii=False) + "\n"
                for row in [*rows, *rows_of(steps, names)]
            )
            self._head = ""
            # Names may have lone surrogates.
            with self._path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(text)
            self._written = time.monotonic()
        finally:
            self._busy = False

    def write_now_and_then(self) -> None:
        """Write, unless that was done just before; the main process writes at its end."""
        is_main = self.recorder.is_main
        if not is_main and time.monotonic() - self._written > _OFTEN:
            self.write()

    def end(self) -> None:
        """Write the last rows."""
        self._watch.end()
        if self.end_states:
            self.end_states()
        recorder = self.recorder
        if not recorder.is_over:
            error = getattr(sys, "last_exc", None)
            how = ("failed", type(error).__name__) if error else ("done", "")
            recorder.rows.append(("end", MAIN_THREAD, recorder.now(), *how))
        self.write()


def start(folder: str, program: str, *, is_main: bool) -> Callable[[str, str], None]:
    """Write what this process and its children do into files in a folder.

    Args:
        folder: where the files are to stand.
        program: the file whose lines are told.
        is_main: whether this process runs that file; else it waits for its work.

    Returns:
        What takes down printed text: stream ("stdout" or "stderr") and whole lines.
    """
    file = _File(Path(folder), program)
    recorder = file.recorder
    recorder.is_main = is_main
    if is_main:
        recorder.open_process("MainProcess")
        file.end_states = states.watch(recorder)

    def after_fork() -> None:
        recorder.is_main = False
        file.after_fork()

    leave = os._exit

    def leave_after_writing(status: int) -> None:
        file.end()
        leave(status)

    # Programs send it to other processes by this name.
    function: Any = leave_after_writing
    function.__module__, function.__name__, function.__qualname__ = "posix", "_exit", "_exit"
    os._exit = posix._exit = function
    os.register_at_fork(after_in_child=after_fork)
    atexit.register(file.end)
    return lambda stream, text: recorder.output(stream, text, sys._getframe(1))
