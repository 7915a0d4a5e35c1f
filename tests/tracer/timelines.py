"""Runs programs with the tracer, and reads the waits that comments in a program announce."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

from mkdocs_runnable.recording.execute import Execution, run
from mkdocs_runnable.recording.tracing import assemble

CASES = Path(__file__).parents[1] / "cases" / "timelines"
_ANNOUNCED = re.compile(r"([\w-]+) waits: ([\w/ .:-]+)")
# A port that the system chooses for a client, which differs between runs.
_CHOSEN_PORT = re.compile(r":(?:3[2-9]|[4-6]\d)\d{3}\b")


class Wait(NamedTuple):
    """What a lane waits for, as in a comment at the end of the line: ``# Task-1 waits: sleep``."""

    lane: str
    reason: str
    line: int


def announced_waits(source: str) -> set[Wait]:
    """Return the waits that a program's comments announce."""
    return {
        Wait(lane, reason.strip(), number)
        for number, line in enumerate(source.splitlines(), start=1)
        for lane, reason in _ANNOUNCED.findall(line.partition("#")[2])
    }


# The events of a trace, with the fields in the order in which a trace stores them. Times are in ms.
# runtime/timeline/model/trace_events.ts describes each kind of event.


class StepEvent(NamedTuple):
    """A task became ready, ran for one step, and then began to wait or ended."""

    kind: str
    lane: int
    ready: float
    woken_by: int
    start: float
    end: float
    reason: str
    target: str
    line: int


class WaitEvent(NamedTuple):
    """A thread begins to wait."""

    kind: str
    lane: int
    at: float
    reason: str
    target: str
    line: int


class ReadyEvent(NamedTuple):
    """A thread becomes ready to run."""

    kind: str
    lane: int
    at: float
    woken_by: int


class SeenEvent(NamedTuple):
    """A sample of the line in which a running thread is."""

    kind: str
    lane: int
    at: float
    line: int


class JobEvent(NamedTuple):
    """A thread of a pool begins a call with this name or, if the name is empty, has finished it."""

    kind: str
    lane: int
    at: float
    name: str
    line: int


class EndEvent(NamedTuple):
    """A lane has ended."""

    kind: str
    lane: int
    at: float
    how: str
    text: str


class OutputEvent(NamedTuple):
    """A lane has printed a line."""

    kind: str
    lane: int
    at: float
    stream: str
    text: str
    line: int


class StateEvent(NamedTuple):
    """What the watched collections contained just before a lane executed a line."""

    kind: str
    lane: int
    at: float
    line: int
    values: dict[str, list[str]]


class Traced(NamedTuple):
    """A traced run of a program, and the content of its ``.trace.json``."""

    execution: Execution
    trace: dict[str, Any]

    @property
    def rows(self) -> list[list[Any]]:
        """The events of the main process as the trace stores them."""
        rows: list[list[Any]] = self.trace["processes"][0]["rows"]
        return rows

    def _events[Event](self, kind: str, make: Callable[..., Event]) -> list[Event]:
        return [make(*row) for row in self.rows if row[0] == kind]

    @property
    def steps(self) -> list[StepEvent]:
        """The steps of tasks in the main process."""
        return self._events("step", StepEvent)

    @property
    def thread_waits(self) -> list[WaitEvent]:
        """The waits of threads in the main process, also during steps of tasks."""
        return self._events("wait", WaitEvent)

    @property
    def ready(self) -> list[ReadyEvent]:
        """The events of threads in the main process that become ready."""
        return self._events("ready", ReadyEvent)

    @property
    def seen(self) -> list[SeenEvent]:
        """The samples of lines in the main process."""
        return self._events("seen", SeenEvent)

    @property
    def jobs(self) -> list[JobEvent]:
        """The beginnings and ends of calls that pools run in the main process."""
        return self._events("job", JobEvent)

    @property
    def ends(self) -> list[EndEvent]:
        """The ends of lanes in the main process."""
        return self._events("end", EndEvent)

    @property
    def printed(self) -> list[OutputEvent]:
        """The lines that the main process has printed."""
        return self._events("output", OutputEvent)

    @property
    def states(self) -> list[StateEvent]:
        """The states of the watched collections in the main process."""
        return self._events("state", StateEvent)

    def names(self, process: int = 0) -> dict[int, str]:
        """Return the name of each lane of a process; 0 is the index of the main process."""
        rows = self.trace["processes"][process]["rows"]
        return {row[1]: row[4] for row in rows if row[0] == "lane"}

    def all_waits(self) -> set[Wait]:
        """Return the waits of the threads and tasks of all processes in lines of the program."""
        waits = set()
        for index, process in enumerate(self.trace["processes"]):
            names = self.names(index)
            for row in process["rows"]:
                if row[0] not in ("wait", "step"):
                    continue
                # Both kinds of rows end with these three values.
                reason, target, line = row[-3:]
                if reason and line:
                    what = _CHOSEN_PORT.sub(":client", f"{reason} {target}".strip())
                    waits.add(Wait(names[row[1]], what, line))
        return waits


def trace(path: Path, folder: Path) -> Traced:
    """Run a program file with the tracer, which writes to this folder."""
    execution = run(path, timeout=20, trace=folder)
    text = assemble(folder, "CPython", path)
    return Traced(execution, json.loads(text) if text else {"processes": []})


def run_traced(tmp_path: Path, source: str) -> Traced:
    """Run a program, which may be indented, with the tracer."""
    path = tmp_path / "program.py"
    path.write_text(dedent(source), encoding="utf-8")
    folder = tmp_path / "trace"
    folder.mkdir()
    return trace(path, folder)
