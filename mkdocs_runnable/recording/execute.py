"""Runs a Python file on this interpreter as a user would: ``python name.py`` in its folder."""

import codecs
import contextlib
import os
import platform
import re
import selectors
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mkdocs_runnable.parts import tracer
from mkdocs_runnable.recording.child.sitecustomize import (
    PIPE_VARIABLE,
    SHIFT_IN,
    SHIFT_OUT,
    TRACE_VARIABLE,
)

Stream = Literal["stdout", "stderr"]
_CHILD = Path(__file__).with_name("child")
# How long child processes may keep writing after the program has ended, before they are killed.
_GRACE_SECONDS = 1.0
MAX_OUTPUT_BYTES = 4_000_000  # a program that prints more is stopped


@dataclass(frozen=True)
class Chunk:
    """A piece of output, with the stream that it was written to."""

    stream: Stream
    text: str


@dataclass(frozen=True)
class Execution:
    """One finished run.

    Attributes:
        chunks: All output, in the order in which it was written.
        status: Exit status; 128 + N if signal N ended the program, as in shells.
        stopped: Why the run was stopped: it reached its time limit, or it printed too much. None if
            the program ended by itself.
        seconds: Duration of the run.
    """

    chunks: tuple[Chunk, ...]
    status: int
    stopped: Literal["time", "output"] | None
    seconds: float

    def text(self, stream: Stream) -> str:
        """Return all text that was written to one stream."""
        return "".join(chunk.text for chunk in self.chunks if chunk.stream == stream)


def interpreter() -> str:
    """Return the name of this interpreter, such as ``CPython 3.13`` or ``CPython 3.14t``."""
    free_threaded = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    major, minor = sys.version_info[:2]
    return f"{platform.python_implementation()} {major}.{minor}{free_threaded}"


def run(
    path: Path,
    *,
    timeout: float,
    extra_path: Path | None = None,
    trace: Path | None = None,
    on_chunk: Callable[[Chunk], None] | None = None,
) -> Execution:
    """Run a file until it ends or reaches its time limit.

    The working directory is the folder of the file, and stdin is empty. Environment variables that
    change how Python behaves (``PYTHON…``, colours) are removed. If the file starts programs that
    are not Python, their stderr counts as stdout.

    Args:
        path: The file.
        timeout: Seconds after which the program and all processes that it started are killed.
        extra_path: A folder whose modules the program can import.
        trace: A folder for the events that the tracer writes; see
            :func:`mkdocs_runnable.recording.tracing.assemble`. None runs the program untraced.
        on_chunk: Called with each piece of output as soon as it has been written.
    """
    path = path.resolve()
    settings = os.pathsep.join(map(str, (tracer(), trace.resolve(), path))) if trace else None
    read_end, write_end = os.pipe()
    pipe_status = os.fstat(write_end)
    environment = _environment(f"{pipe_status.st_dev}:{pipe_status.st_ino}", extra_path)
    if settings:
        environment[TRACE_VARIABLE] = settings
    started = time.monotonic()
    with os.fdopen(read_end, "rb", buffering=0) as pipe:
        try:
            process = subprocess.Popen(  # noqa: S603 - running the file is the purpose
                [sys.executable, "--", path.name],  # the name may begin with a hyphen
                cwd=path.parent,
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                env=environment,
                start_new_session=True,
            )
        finally:
            os.close(write_end)
        reader = _Reader(pipe.fileno(), on_chunk)
        try:
            stopped = reader.follow(process, started + timeout)
        finally:
            _kill_group(process)
    return Execution(
        chunks=tuple(reader.chunks),
        status=process.returncode if process.returncode >= 0 else 128 - process.returncode,
        stopped=stopped,
        seconds=time.monotonic() - started,
    )


def _environment(pipe: str, extra_path: Path | None) -> dict[str, str]:
    """Return the environment variables of a run.

    Args:
        pipe: Device and inode of the pipe for the output; see ``child/sitecustomize.py``.
        extra_path: A folder whose modules the program can import.
    """
    removed = re.compile(r"PYTHON.*|FORCE_COLOR|COLUMNS|LINES")
    environment = {key: value for key, value in os.environ.items() if not removed.fullmatch(key)}
    folders = [str(_CHILD)] + ([str(extra_path.resolve())] if extra_path else [])
    return environment | {
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # no __pycache__ beside the files
        "PYTHONPATH": os.pathsep.join(folders),
        PIPE_VARIABLE: pipe,
    }


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Reader:
    """Reads the pipe that stdout and stderr of a run share, and separates the two streams again.

    ``child/sitecustomize.py`` encloses text of stderr in control characters.

    Args:
        descriptor: The end of the pipe to read from.
        on_chunk: Called with each piece of output.
    """

    def __init__(self, descriptor: int, on_chunk: Callable[[Chunk], None] | None) -> None:
        self.chunks: list[Chunk] = []
        self._descriptor = descriptor
        self._on_chunk = on_chunk
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._stream: Stream = "stdout"

    def follow(
        self, process: subprocess.Popen[bytes], deadline: float
    ) -> Literal["time", "output"] | None:
        """Read until the program and the processes that it started have closed the pipe.

        Args:
            process: The program.
            deadline: Value of ``time.monotonic()`` at which to stop, in seconds.

        Returns:
            Why the run has to be stopped, or None if the program has ended.
        """
        size = 0
        ended = False
        os.set_blocking(self._descriptor, False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._descriptor, selectors.EVENT_READ)
            while (now := time.monotonic()) < deadline:
                # While one of the program's children still has the pipe open, reading from the pipe
                # does not show that the program has ended. So this loop asks every 50 ms.
                if not ended and process.poll() is not None:
                    ended = True
                    deadline = min(deadline, now + _GRACE_SECONDS)
                if not selector.select(min(0.05, deadline - now)):
                    continue
                data = os.read(self._descriptor, 65536)
                if not data:
                    break
                size += len(data)
                for chunk in self._split(self._decode(data)):
                    self._take(chunk)
                if size > MAX_OUTPUT_BYTES:
                    return "output"
            else:
                return None if ended else "time"
        # The pipe is closed, but a program can close its streams and continue to run.
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return "time"
        return None

    def _split(self, text: str) -> Iterator[Chunk]:
        for piece in re.split(f"([{SHIFT_OUT}{SHIFT_IN}])", text):
            if piece in (SHIFT_OUT, SHIFT_IN):
                self._stream = "stderr" if piece == SHIFT_OUT else "stdout"
            elif piece:
                yield Chunk(self._stream, piece)

    def _take(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        if self._on_chunk:
            self._on_chunk(chunk)
