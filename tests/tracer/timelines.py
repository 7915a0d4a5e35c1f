"""Runs programs with the tracer, and reads the waits that their comments announce."""

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

from mkdocs_runnable.recording.execute import Execution, run
from mkdocs_runnable.recording.tracing import assemble

CASES = Path(__file__).parents[1] / "cases" / "timelines"
_EXPECTED = re.compile(r"([\w-]+) waits: ([\w/ -]+)")


class Wait(NamedTuple):
    """What a lane waits for, as in a comment at the end of the line: ``# Task-1 waits: sleep``."""

    lane: str
    reason: str
    line: int


def expected(source: str) -> set[Wait]:
    """Return the waits that a program's comments announce."""
    return {
        Wait(lane, reason.strip(), number)
        for number, line in enumerate(source.splitlines(), start=1)
        for lane, reason in _EXPECTED.findall(line.partition("#")[2])
    }


class Traced(NamedTuple):
    """A traced run of a program, and the content of its ``.trace.json``."""

    execution: Execution
    trace: dict[str, Any]

    @property
    def events(self) -> list[list[Any]]:
        """The events of the main process."""
        events: list[list[Any]] = self.trace["processes"][0]["rows"]
        return events

    def of(self, kind: str) -> list[list[Any]]:
        """Return the events of one type of the main process."""
        return [event for event in self.events if event[0] == kind]

    def names(self, process: int = 0) -> dict[int, str]:
        """Return the name of each lane of a process."""
        events = self.trace["processes"][process]["rows"]
        return {event[1]: event[4] for event in events if event[0] == "lane"}

    def waits(self) -> set[Wait]:
        """Return the waits of all processes that have a line of the program."""
        waits = set()
        for number, process in enumerate(self.trace["processes"]):
            names = self.names(number)
            for event in process["rows"]:
                if event[0] in ("wait", "step") and event[-1] and event[-3]:
                    reason = f"{event[-3]} {event[-2]}".strip()
                    waits.add(Wait(names[event[1]], reason, event[-1]))
        return waits


def trace(path: Path, folder: Path) -> Traced:
    """Run a program file with the tracer, which writes to this folder."""
    execution = run(path, timeout=20, trace=folder)
    text = assemble(folder, "CPython", path)
    return Traced(execution, json.loads(text) if text else {"processes": []})


def run_traced(tmp_path: Path, source: str) -> Traced:
    """Run a program with the tracer."""
    path = tmp_path / "program.py"
    path.write_text(dedent(source), encoding="utf-8")
    folder = tmp_path / "trace"
    folder.mkdir()
    return trace(path, folder)
