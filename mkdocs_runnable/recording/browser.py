"""Runs files in a headless browser, through the Node program ``runtime/harness/check.ts``.

That program prints one JSON object per line: ``{"file", "type": "stdout" | "stderr", "text"}`` for
output, ``{"file", "type": "note", "text"}`` for each note that readers would see beside the output,
and at the end of each file ``{"file", "type": "ended", "outcome": "finished" | "failed" |
"timeout", "status", "message"}``. It exits with status 3 if there is no browser or no built
runtime.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from mkdocs_runnable import parts
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.execute import Chunk, Execution

Engine = Literal["chromium", "firefox"]
ENGINES: tuple[Engine, ...] = ("chromium", "firefox")
_NO_BROWSER_STATUS = 3
# The folder of a program in the file system of the sandbox.
_HOME = PurePosixPath("/home/reader")


@dataclass(frozen=True)
class Note:
    """How a run in the browser differed from one on CPython, in a sentence for readers."""

    text: str


@dataclass(frozen=True)
class Ended:
    """The end of a run in the browser.

    Attributes:
        outcome: ``finished``, ``failed`` or ``timeout``.
        status: Exit status of the program.
        message: An explanation for users; may be empty.
    """

    outcome: str
    status: int
    message: str


def run_in_browser(
    runtime: Path,
    files: list[Path],
    engine: Engine,
    *,
    timeout: float,
    extra_path: Path | None = None,
    dependencies: Sequence[str] = (),
) -> Iterator[tuple[Path, Chunk | Note | Ended]]:
    """Run files one after another; yield the output of each file, its notes, and then its end.

    The output is yielded while the file runs.

    Args:
        runtime: The folder with the files that run programs in the browser.
        files: The Python files.
        engine: The browser to use.
        timeout: Time limit of one file, in seconds.
        extra_path: A folder whose modules the files can import.
        dependencies: Libraries that each file may import; see the option ``dependencies``.

    Raises:
        RunnableError: The harness, the browser or the built runtime is missing, or the harness
            failed.
    """
    command = [parts.find_node(), parts.harness(), "--engine", engine, "--runtime", runtime]
    command += ["--timeout", f"{timeout:g}"]
    if extra_path:
        command += ["--path", extra_path.resolve()]
    if dependencies:
        command += ["--dependencies", " ".join(dependencies)]
    resolved = {str(file.resolve()): file for file in files}
    unfinished = dict(resolved)
    with subprocess.Popen(  # noqa: S603 - our own program, with paths as arguments
        [*map(str, command), *resolved], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        for line in process.stdout:
            event = _parse(line)
            file = resolved.get(str(event.get("file")), Path(str(event.get("file"))))
            if event["type"] == "ended":
                unfinished.pop(str(event["file"]), None)
                status = event.get("status")
                yield (
                    file,
                    Ended(
                        outcome=str(event["outcome"]),
                        status=status if isinstance(status, int) else 1,
                        message=str(event.get("message") or ""),
                    ),
                )
            elif event["type"] == "note":
                yield file, Note(event["text"])
            else:
                yield file, Chunk(event["type"], event["text"])
    if process.returncode == _NO_BROWSER_STATUS:
        raise RunnableError(
            f"cannot run programs in {engine}. The message above says what is missing."
        )
    if unfinished:
        raise RunnableError(
            f"the browser harness ended with status {process.returncode} before "
            f"{', '.join(str(file) for file in unfinished.values())} had run."
        )


def _parse(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
        if event["type"] in ("stdout", "stderr", "note", "ended"):
            return dict(event)
    except (ValueError, TypeError, KeyError):
        pass
    raise RunnableError(
        f"the browser harness printed something other than an event: {line.rstrip()!r}"
    )


def to_execution(file: Path, chunks: list[Chunk], ended: Ended) -> Execution:
    """Return a run in the browser in the form of a run on CPython.

    Where the output contains the program's path in the sandbox, ``file`` takes its place.

    Args:
        file: The file that was run.
        chunks: Its output.
        ended: The end of the run.
    """
    stopped: Literal["time"] | None = "time" if ended.outcome == "timeout" else None
    resolved = file.resolve()  # as in a run on CPython
    sandbox_path, path = (_HOME / resolved.name).as_posix(), str(resolved)
    renamed = tuple(Chunk(chunk.stream, chunk.text.replace(sandbox_path, path)) for chunk in chunks)
    return Execution(renamed, ended.status, stopped, 0.0)
