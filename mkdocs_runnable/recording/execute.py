"""Runs a Python file on this CPython as a stranger would: ``python name.py`` in its folder."""

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

from mkdocs_runnable.recording.child.sitecustomize import (
    PIPE_VARIABLE,
    SHIFT_IN,
    SHIFT_OUT,
    TRACE_VARIABLE,
)

Stream = Literal["stdout", "stderr"]
_CHILD = Path(__file__).with_name("child")
# Holds `runnable_tracer`, which traces runs in the browser as well.
_TRACER = Path(__file__).parents[2] / "runtime" / "python"
# How long a finished program's own children may go on writing before they are ended.
_GRACE = 1.0  # seconds
MAX_OUTPUT = 4_000_000  # bytes


@dataclass(frozen=True)
class Chunk:
    """A piece of output, in the order in which it was written."""

    stream: Stream
    text: str


@dataclass(frozen=True)
class Execution:
    """One finished run.

    Attributes:
        chunks: All output in order.
        status: Exit status; 128 + N for a program ended by signal N, as shells show it.
        stopped: Why we ended it: its time was over, or its output flooded; else None.
        seconds: How long it took.
    """

    chunks: tuple[Chunk, ...]
    status: int
    stopped: Literal["time", "output"] | None
    seconds: float

    def text(self, stream: Stream) -> str:
        """All text of one stream."""
        return "".join(chunk.text for chunk in self.chunks if chunk.stream == stream)


def interpreter() -> str:
    """Name of this interpreter as pages show it, such as ``CPython 3.13`` or ``CPython 3.14t``."""
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
    """Run a file to its end or its time limit.

    Its folder is the working directory, stdin is empty, and settings of this process that change
    how Python behaves (``PYTHON…``, colours) are taken out of its environment. What other programs
    write to their stderr, if it starts any that are not Python, counts as stdout.

    Args:
        path: The file.
        timeout: Seconds after which it is ended, with all processes it started.
        extra_path: A folder whose modules it can import.
        trace: A folder for what its processes tell of their threads and tasks; see
            :func:`mkdocs_runnable.recording.tracing.assemble`. Without, they are not watched.
        on_chunk: Called with each piece of output as it comes.
    """
    path = path.resolve()
    read_end, write_end = os.pipe()
    status = os.fstat(write_end)
    environment = _environment(f"{status.st_dev}:{status.st_ino}", extra_path)
    if trace:
        settings = os.pathsep.join(map(str, (_TRACER, trace.resolve(), path)))
        environment[TRACE_VARIABLE] = settings
    started = time.monotonic()
    with os.fdopen(read_end, "rb", buffering=0) as pipe:
        try:
            process = subprocess.Popen(  # noqa: S603 - running the file is the purpose
                [sys.executable, path.name],
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
    noise = re.compile(r"PYTHON.*|FORCE_COLOR|COLUMNS|LINES")
    environment = {key: value for key, value in os.environ.items() if not noise.fullmatch(key)}
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
    """Takes the two streams of a run apart again."""

    def __init__(self, descriptor: int, on_chunk: Callable[[Chunk], None] | None) -> None:
        self.chunks: list[Chunk] = []
        self._descriptor = descriptor
        self._on_chunk = on_chunk
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._stream: Stream = "stdout"

    def follow(
        self, process: subprocess.Popen[bytes], deadline: float
    ) -> Literal["time", "output"] | None:
        """Read until the program and what it started are done; say why that was cut short."""
        size = 0
        ended = False
        os.set_blocking(self._descriptor, False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._descriptor, selectors.EVENT_READ)
            while (now := time.monotonic()) < deadline:
                # A pipe says nothing of the process that ended but left it open to a child.
                if not ended and process.poll() is not None:
                    ended = True
                    deadline = min(deadline, now + _GRACE)
                if not selector.select(min(0.05, deadline - now)):
                    continue
                data = os.read(self._descriptor, 65536)
                if not data:
                    break
                size += len(data)
                for chunk in self._split(self._decode(data)):
                    self._take(chunk)
                if size > MAX_OUTPUT:
                    return "output"
            else:
                return None if ended else "time"
        # All has been closed; a program may do that and still work on.
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
