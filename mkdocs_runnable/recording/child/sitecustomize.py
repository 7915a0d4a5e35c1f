"""Prepares a process that runs a snippet on CPython, for example for a recording.

Python imports a module with this name before it runs a program.

stdout and stderr of a run share one pipe, because only a single pipe preserves the exact order of
what is written to both. To distinguish the streams, this module makes ``sys.stderr`` enclose its
text in two control characters (SO … SI). It also makes both streams write whole lines. ``print``
writes the text and the newline separately, so lines of different threads would otherwise be mixed.
The program can notice none of this, except for the class of the two streams.

If the program captures the output of a child process itself, that output must not contain control
characters. The streams are therefore replaced only if they are the pipe of the run, which is named
in the environment.

Unless the run is traced, this module imports only modules that Python has already imported, so that
the program runs in an ordinary process.
"""

import _signal  # type: ignore[import-not-found]  # `signal` is not imported yet
import io
import os
import sys
from _thread import RLock, get_ident

TYPE_CHECKING = False  # `typing` is not imported yet
if TYPE_CHECKING:
    from collections.abc import Callable

# The numbers of the device and of the inode of the pipe, as `device:inode`.
PIPE_VARIABLE = "RUNNABLE_PIPE"
# The folder of the tracer, the folder for its events, and the program, separated by `os.pathsep`;
# see `runnable_tracer.files`.
TRACE_VARIABLE = "RUNNABLE_TRACE"
SHIFT_OUT = "\x0e"
SHIFT_IN = "\x0f"


class _LineStream(io.TextIOWrapper):
    """A text stream that writes whole lines; an incomplete line waits for a newline or flush()."""

    def __init__(self, buffer: io.BufferedWriter, errors: str, before: str, after: str) -> None:
        super().__init__(buffer, encoding="utf-8", errors=errors, newline="\n", line_buffering=True)
        self._before = before
        self._after = after
        self._start()
        os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        # After a fork, text that is still pending is written by the parent, not by the child. The
        # child starts with a free lock, because the thread that may have held it does not exist in
        # the child.
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
        # At the end of the process, this includes the text of threads that have already ended.
        threads = list(self._pending) if sys.is_finalizing() else [get_ident()]
        for thread in threads:
            if tail := self._pending.pop(thread, ""):
                self._emit(tail)
        super().flush()

    def _emit(self, text: str) -> None:
        if _trace_output:
            _trace_output("stderr" if self._before else "stdout", text)
        data = f"{self._before}{text}{self._after}".encode(self.encoding, self.errors or "strict")
        with self._lock:
            self.buffer.write(data)
            self.buffer.flush()


# Passes the stream and the text of each write to the tracer.
_trace_output: "Callable[[str, str], None] | None" = None


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
    """Whether this is the main interpreter of the process, the only one that receives signals.

    Other interpreters in the same process import this module too.
    """
    try:
        _signal.set_wakeup_fd(-1)  # the initial value, which only the main interpreter may set
    except ValueError:
        return False
    return True


def _listen_to_ctrl_c() -> None:
    """Restore the handler for Ctrl+C, which shells disable for processes in the background."""
    # Only for the process of the program itself, which leads a session, not for its children.
    if os.getsid(0) == os.getpid() and _signal.getsignal(_signal.SIGINT) == _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)


def _trace() -> None:
    """Start the tracer in the program and its `multiprocessing` children, if the run is traced."""
    global _trace_output
    settings = os.environ.get(TRACE_VARIABLE)
    if not settings:
        return
    # The path of the program, which is last, may contain the separator.
    tracer, folder, program = settings.split(os.pathsep, 2)
    is_main = os.getsid(0) == os.getpid()
    if not is_main and not any("multiprocessing" in word for word in sys.orig_argv):
        return  # this is another Python program that the traced program has started
    from importlib import import_module

    sys.path.insert(0, tracer)
    try:
        # mkdocs_runnable does not depend on this package, so type checkers do not know it.
        files = import_module("runnable_tracer.files")
    finally:
        sys.path.remove(tracer)
    _trace_output = files.start(folder, program, is_main=is_main)


if __name__ == "sitecustomize":  # not if another module imports the names above
    _replace_streams()
    if _is_main_interpreter():
        _listen_to_ctrl_c()
        _trace()
    _here = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is not imported yet
    sys.path[:] = [entry for entry in sys.path if entry != _here]
