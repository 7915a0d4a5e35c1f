"""Runs files in a headless browser, through the Node program ``runtime/harness/check.ts``.

That program prints one JSON object a line: ``{"file", "type": "stdout" | "stderr", "text"}`` for
output, and at the end of each file ``{"file", "type": "ended", "outcome": "finished" | "failed" |
"timeout", "status", "message"}``. It exits with 3 where there is no browser.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.execute import Chunk, Execution

Engine = Literal["chromium", "firefox"]
ENGINES: tuple[Engine, ...] = ("chromium", "firefox")
NO_BROWSER = 3
# The folder in the browser's file system in which a program stands.
HOME = PurePosixPath("/home/reader")


@dataclass(frozen=True)
class Ended:
    """How a run in the browser ended; ``message`` is for people and may be empty."""

    outcome: str
    status: int
    message: str


def run_in_browser(
    project: Project,
    files: list[Path],
    engine: Engine,
    *,
    timeout: float,
    extra_path: Path | None = None,
) -> Iterator[tuple[Path, Chunk | Ended]]:
    """Run files one after the other; yield output as it comes, then how each ended.

    Args:
        project: Where the runtime and its harness are.
        files: Python files.
        engine: Which browser.
        timeout: Seconds for one file.
        extra_path: A folder whose modules they can import.

    Raises:
        RunnableError: The runtime is not built, there is no browser, or the harness failed.
    """
    if not project.harness.exists() or not project.runtime.is_dir():
        raise RunnableError(
            "the browser runtime is not built. Run `make build` in the repository first."
        )
    command = [project.node, project.harness, "--engine", engine, "--runtime", project.runtime]
    command += ["--timeout", f"{timeout:g}"]
    if extra_path:
        command += ["--path", extra_path.resolve()]
    resolved = {str(file.resolve()): file for file in files}
    missing = dict(resolved)
    with subprocess.Popen(  # noqa: S603 - our own program, with paths as arguments
        [*map(str, command), *resolved], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        for line in process.stdout:
            event = _parse(line)
            file = resolved.get(str(event.get("file")), Path(str(event.get("file"))))
            if event["type"] == "ended":
                missing.pop(str(event["file"]), None)
                status = event.get("status")
                yield (
                    file,
                    Ended(
                        outcome=str(event["outcome"]),
                        status=status if isinstance(status, int) else 1,
                        message=str(event.get("message") or ""),
                    ),
                )
            else:
                yield file, Chunk(event["type"], event["text"])
    if process.returncode == NO_BROWSER:
        raise RunnableError(
            f"there is no browser to run {engine}. The message above says what to install."
        )
    if missing:
        raise RunnableError(
            f"the browser harness ended with status {process.returncode} before "
            f"{', '.join(str(file) for file in missing.values())} had run."
        )


def _parse(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
        if event["type"] in ("stdout", "stderr", "ended"):
            return dict(event)
    except (ValueError, TypeError, KeyError):
        pass
    raise RunnableError(
        f"the browser harness printed something other than an event: {line.rstrip()!r}"
    )


def to_execution(file: Path, chunks: list[Chunk], ended: Ended) -> Execution:
    """Return a browser's run as if it had been one on CPython, where the file has its own path."""
    stopped: Literal["time"] | None = "time" if ended.outcome == "timeout" else None
    there, here = (HOME / file.name).as_posix(), str(file)
    moved = tuple(Chunk(chunk.stream, chunk.text.replace(there, here)) for chunk in chunks)
    return Execution(moved, ended.status, stopped, 0.0)
