"""Reads the rows of a timeline, and what the programs in tests/cases/timelines expect of theirs."""

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
    """What a lane waits for, as a comment in the line says it: ``# Task-1 waits: sleep``."""

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
    """A traced run; the rows of all processes, each with its process's number in front."""

    execution: Execution
    trace: dict[str, Any]

    @property
    def rows(self) -> list[list[Any]]:
        """All rows of the main process."""
        rows: list[list[Any]] = self.trace["processes"][0]["rows"]
        return rows

    def of(self, kind: str) -> list[list[Any]]:
        """Return the main process's rows of one type."""
        return [row for row in self.rows if row[0] == kind]

    def names(self, process: int = 0) -> dict[int, str]:
        """Return the name of each lane."""
        rows = self.trace["processes"][process]["rows"]
        return {row[1]: row[4] for row in rows if row[0] == "lane"}

    def waits(self) -> set[Wait]:
        """Return all waits in lines of the program, in all processes."""
        waits = set()
        for number, process in enumerate(self.trace["processes"]):
            names = self.names(number)
            for row in process["rows"]:
                if row[0] in ("wait", "step") and row[-1] and row[-3]:
                    reason = f"{row[-3]} {row[-2]}".strip()
                    waits.add(Wait(names[row[1]], reason, row[-1]))
        return waits


def trace(path: Path, folder: Path) -> Traced:
    """Run a program traced."""
    execution = run(path, timeout=20, trace=folder)
    text = assemble(folder, "CPython", path)
    return Traced(execution, json.loads(text) if text else {"processes": []})


def run_traced(tmp_path: Path, source: str) -> Traced:
    """Run this program traced."""
    path = tmp_path / "program.py"
    path.write_text(dedent(source), encoding="utf-8")
    folder = tmp_path / "trace"
    folder.mkdir()
    return trace(path, folder)
