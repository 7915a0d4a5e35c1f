"""What processes have written becomes one recording, in order and cut where it is too long."""

import json
from pathlib import Path
from typing import Any

import pytest

from mkdocs_runnable.recording import tracing

MS = 1_000_000
# In the order in which a process hands them on: steps of tasks after all else.
ROWS: list[list[Any]] = [
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


def _assembled(folder: Path, rows: list[list[Any]] = ROWS) -> list[list[Any]]:
    lines = [{"pid": 10, "parent": 1}, *rows]
    (folder / "10-a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = tracing.assemble(folder, "CPython", folder / "program.py")
    assert text is not None
    told: list[list[Any]] = json.loads(text)["processes"][0]["rows"]
    return told


def _times(rows: list[list[Any]]) -> list[float]:
    places = {"lane": 5, "step": 5, "cut": 1}
    return [row[places.get(row[0], 2)] for row in rows]


def test_rows_stand_in_order_of_time(tmp_path: Path) -> None:
    rows = _assembled(tmp_path)
    assert len(rows) == len(ROWS)
    assert _times(rows) == sorted(_times(rows))
    assert [row[0] for row in rows][-4:] == ["output", "step", "end", "end"]


def test_a_recording_that_is_too_long_is_cut_at_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "MOST_ROWS", 5)
    *kept, cut = _assembled(tmp_path)
    assert cut == ["cut", 9.0]
    assert [row[0] for row in kept] == ["lane", "lane", "run", "lane", "step"]


def test_of_very_many_tasks_the_first_are_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "MOST_ROWS", 12)
    monkeypatch.setattr(tracing, "MANY_TASKS", 2)
    rows = [*ROWS[:3], ["end", 1, 600 * MS, "done", ""]]
    for task in range(2, 12):
        rows += [
            ["lane", task, 1, "task", f"Task-{task}", MS, 1, 2, "wait"],
            ["step", task, MS, 1, 2 * MS, 3 * MS, "sleep", "", 3],
            ["step", task, 500 * MS, -1, 500 * MS, 501 * MS, "", "", 0],
        ]
    # Of a library, which does not count.
    rows.append(["lane", 12, 1, "task", "Task-12", 502 * MS, 1, 0, "shutdown"])
    *kept, fewer = _assembled(tmp_path, rows)
    assert fewer == ["fewer", 8]
    # As long as the run.
    assert _times(kept)[-3:] == [501.0, 501.0, 600.0]


def test_with_a_task_those_are_kept_who_woke_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "MANY_TASKS", 3)
    rows = ROWS[:3]
    for task in range(2, 11):
        # Each is woken by the next one, but the last two by a timer.
        waker = -1 if task > 8 else task + 1
        rows += [
            ["lane", task, 1, "task", f"Task-{task}", MS, 1, 2, "wait"],
            ["step", task, MS, 1, 2 * MS, 3 * MS, "event", "", 3],
            ["step", task, 5 * MS, waker, 6 * MS, (20 - task) * MS, "", "", 0],
        ]
    monkeypatch.setattr(tracing, "MOST_ROWS", 27)
    *kept, fewer = _assembled(tmp_path, rows)
    assert fewer == ["fewer", 1]
    assert {row[1] for row in kept} == {0, 1, *range(2, 10)}
    # The first needs eight, which are more than fit: nothing but the time is cut.
    monkeypatch.setattr(tracing, "MOST_ROWS", 20)
    assert _assembled(tmp_path, rows)[-1] == ["cut", 3.0]
