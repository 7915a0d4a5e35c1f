"""Imported by Python at the start of a snippet's process, before the snippet.

stdout and stderr of a run share one pipe, which alone keeps their order exact; to tell them apart,
this module makes ``sys.stderr`` wrap what it writes in two control characters (SO … SI). It also
writes whole lines at once: ``print`` writes the text and the newline separately, and threads would
cut each other's lines. The program sees nothing of this but the class of the two streams.

A child process whose output the program itself captures must not be marked: the streams are only
replaced where they are the very pipe of the run, which is named in the environment.

Unless the run is traced, it imports only what Python has imported by then, so that the run is that
of a plain program.
"""

import _signal  # type: ignore[import-not-found]  # `signal` is imported by programs
import io
import os
import sys
from _thread import RLock, get_ident

TYPE_CHECKING = False  # `typing` is imported by programs
if TYPE_CHECKING:
    from collections.abc import Callable

PIPE_VARIABLE = "RUNNABLE_PIPE"
# The tracer's folder, the folder for what it writes, and the program; see `runnable_tracer.files`.
TRACE_VARIABLE = "RUNNABLE_TRACE"
SHIFT_OUT = "\x0e"
SHIFT_IN = "\x0f"


class _LineStream(io.TextIOWrapper):
    """Text stream that writes whole lines; what has no newline yet waits for it or for flush()."""

    def __init__(self, buffer: io.BufferedWriter, errors: str, before: str, after: str) -> None:
        super().__init__(buffer, encoding="utf-8", errors=errors, newline="\n", line_buffering=True)
        self._before = before
        self._after = after
        self._start()
        os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        # After a fork the parent writes what was pending there, and no other thread holds the lock.
        self._pending: dict[int, str] = {}
        self._lock = RLock()

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        thread = get_ident()
        head, newline, tail = (self._pending.pop(thread, "") + text).rpartition("\n")
        if tail:
            self._pending[thread] = tail
        if newline:
            self._emit(head + newline)
        return len(text)

    def flush(self) -> None:
        # At the end of the process: what threads that are gone have left as well.
        threads = list(self._pending) if sys.is_finalizing() else [get_ident()]
        for thread in threads:
            if tail := self._pending.pop(thread, ""):
                self._emit(tail)
        super().flush()

    def _emit(self, text: str) -> None:
        if _note:
            _note("stderr" if self._before else "stdout", text)
        data = f"{self._before}{text}{self._after}".encode(self.encoding, self.errors or "strict")
        with self._lock:
            self.buffer.write(data)
            self.buffer.flush()


_note: "Callable[[str, str], None] | None" = None


def _is_pipe(descriptor: int, pipe: str | None) -> bool:
    try:
        status = os.fstat(descriptor)
    except OSError:
        return False
    return f"{status.st_dev}:{status.st_ino}" == pipe


def _replace_streams() -> None:
    pipe = os.environ.get(PIPE_VARIABLE)
    if isinstance(sys.stdout, io.TextIOWrapper) and _is_pipe(1, pipe):
        stream = _LineStream(sys.stdout.detach(), "strict", "", "")
        sys.stdout = sys.__stdout__ = stream  # type: ignore[misc]
    if isinstance(sys.stderr, io.TextIOWrapper) and _is_pipe(2, pipe):
        stream = _LineStream(sys.stderr.detach(), "backslashreplace", SHIFT_OUT, SHIFT_IN)
        sys.stderr = sys.__stderr__ = stream  # type: ignore[misc]


def _is_main_interpreter() -> bool:
    """Others in the same process begin with this module as well, but no signals arrive there."""
    try:
        _signal.set_wakeup_fd(-1)  # as it is at the start
    except ValueError:
        return False
    return True


def _listen_to_ctrl_c() -> None:
    """As in a terminal, even where a shell has started all this in the background."""
    # The processes that the program starts are its own affair; ours leads a session.
    if os.getsid(0) == os.getpid() and _signal.getsignal(_signal.SIGINT) == _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)


def _trace() -> None:
    """Watch what the program does, if that is asked for, here and in the processes it starts."""
    global _note
    settings = os.environ.get(TRACE_VARIABLE)
    if not settings:
        return
    tracer, folder, program = settings.split(os.pathsep)
    is_main = os.getsid(0) == os.getpid()
    if not is_main and not any("multiprocessing" in word for word in sys.orig_argv):
        return  # a program that this one has started
    from importlib import import_module

    sys.path.insert(0, tracer)
    try:
        # By name: it is found beside this package, not declared by it.
        files = import_module("runnable_tracer.files")
    finally:
        sys.path.remove(tracer)
    _note = files.start(folder, program, is_main=is_main)


if __name__ == "sitecustomize":  # not where the rest of the package imports the names above
    _replace_streams()
    if _is_main_interpreter():
        _listen_to_ctrl_c()
        _trace()
    _here = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is not imported yet
    sys.path[:] = [entry for entry in sys.path if entry != _here]
