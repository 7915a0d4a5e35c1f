"""Tests of making a recorded timeline from the events that a run has written."""

import json
from pathlib import Path
from typing import Any

import pytest

from mkdocs_runnable.recording import tracing

MS = 1_000_000
# The tracer writes the beginnings, steps and ends of tasks after all other events. Here the times
# are in ns, and in recordings they are in ms. runtime/timeline/model/trace_events.ts explains the
# columns.
EVENTS: list[list[Any]] = [
    ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
    ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
    ["run", 1, 0],
    ["output", 2, 9 * MS, "stdout", "late", 4],
    ["end", 1, 10 * MS, "done", ""],
    ["lane", 2, 1, "task", "Task-1", 1 * MS, 1, 2, "main"],
    ["step", 2, 1 * MS, 1, 2 * MS, 3 * MS, "sleep", "", 3],
    ["step", 2, 8 * MS, -1, 8 * MS, 9 * MS, "", "", 0],
    ["end", 2, 9 * MS, "done", ""],
]


def _assemble(folder: Path, events: list[list[Any]] = EVENTS) -> list[list[Any]]:
    """Return the events of a recording that is made from the events of one process."""
    lines = [{"pid": 10, "parent": 1}, *events]
    (folder / "10-a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = tracing.assemble(folder, "CPython", folder / "program.py")
    assert text is not None
    recorded: list[list[Any]] = json.loads(text)["processes"][0]["rows"]
    return recorded


def _end_times(events: list[list[Any]]) -> list[float]:
    """Return the time of each event, or the last one if the event has several."""
    positions = {"lane": 5, "step": 5, "cut": 1}
    return [event[positions.get(event[0], 2)] for event in events]


def test_events_are_sorted_by_time(tmp_path: Path) -> None:
    events = _assemble(tmp_path)
    assert len(events) == len(EVENTS)
    assert _end_times(events) == sorted(_end_times(events))
    assert [event[0] for event in events][-4:] == ["output", "step", "end", "end"]


def test_a_recording_with_too_many_events_is_cut_at_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "MOST_EVENTS", 5)
    *kept, cut = _assemble(tmp_path)
    assert cut == ["cut", 9.0]
    assert [event[0] for event in kept] == ["lane", "lane", "run", "lane", "step"]


def test_a_trace_with_too_many_tasks_keeps_the_first_tasks_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four events belong to the process and its main thread, and each task has three. So there is
    # room for two tasks.
    monkeypatch.setattr(tracing, "MOST_EVENTS", 12)
    monkeypatch.setattr(tracing, "FEWEST_KEPT_TASKS", 2)
    events = [*EVENTS[:3], ["end", 1, 600 * MS, "done", ""]]
    for task in range(2, 12):
        events += [
            ["lane", task, 1, "task", f"Task-{task}", MS, 1, 2, "wait"],
            ["step", task, MS, 1, 2 * MS, 3 * MS, "sleep", "", 3],
            ["step", task, 500 * MS, -1, 500 * MS, 501 * MS, "", "", 0],
        ]
    # A task of a library: it begins at no line of the program (0). It is left out, but the number
    # of tasks that are left out does not include it.
    events.append(["lane", 12, 1, "task", "Task-12", 502 * MS, 1, 0, "shutdown"])
    *kept, fewer = _assemble(tmp_path, events)
    assert fewer == ["fewer", 8], "eight tasks of the program are left out"
    # The lane of the main thread is always kept, so the end of the run at 600 ms is still there.
    assert _end_times(kept)[-3:] == [501.0, 501.0, 600.0]


def test_a_task_is_kept_together_with_the_tasks_that_woke_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "FEWEST_KEPT_TASKS", 3)
    events = EVENTS[:3]
    for task in range(2, 11):
        # Each task is woken by the next one, except for the last two, which a timer wakes.
        waker = -1 if task > 8 else task + 1
        events += [
            ["lane", task, 1, "task", f"Task-{task}", MS, 1, 2, "wait"],
            ["step", task, MS, 1, 2 * MS, 3 * MS, "event", "", 3],
            ["step", task, 5 * MS, waker, 6 * MS, (20 - task) * MS, "", "", 0],
        ]
    # Three events come before the tasks, and each task has three. So there is room for eight tasks.
    monkeypatch.setattr(tracing, "MOST_EVENTS", 27)
    *kept, fewer = _assemble(tmp_path, events)
    assert fewer == ["fewer", 1]
    assert {event[1] for event in kept} == {0, 1, *range(2, 10)}
    # The first task is kept only together with seven others, but there is room for only five tasks.
    # So the end is cut.
    monkeypatch.setattr(tracing, "MOST_EVENTS", 20)
    assert _assemble(tmp_path, events)[-1] == ["cut", 3.0]
