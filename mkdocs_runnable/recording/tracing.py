"""The timeline of a run on CPython: from what each process has written to ``name.trace.json``.

Its form is that of ``runtime/timeline/model/rows.ts``; the tracer is
``runtime/python/runnable_tracer``.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mkdocs_runnable.recording.tidy import TracebackFilter

SCHEMA = 1
# More than a timeline can show; from a recording that is longer, tasks are left out, or it is cut.
MOST_ROWS = 4000
# Of fewer tasks none is left out.
MANY_TASKS = 100
_LONGEST = 200  # characters of a printed line
MAIN_THREAD = 1

# A wait of a thread for the GIL or for a core is told where it is a tenth of its time at least.
_SHARE = 0.9
_WORTH_TELLING = 1.0  # ms

# Where the lane stands that has made the row's own, or woken it.
_WAKERS = {"lane": 6, "step": 3, "ready": 3}
# Where the times of a row stand.
_TIMES = {"lane": (5,), "step": (2, 4, 5), "cut": (1,)}

type Row = list[Any]


class _Process(NamedTuple):
    pid: int
    parent: int
    rows: list[Row]  # times in ns


def assemble(
    folder: Path, interpreter: str, program: Path, *, though_nothing_waits: bool = False
) -> str | None:
    """Return the text of a ``.trace.json``, or None for a run that shows nothing.

    Something has to wait in it, or a collection to be watched, or there is more than one thread;
    unless ``though_nothing_waits``.

    Args:
        folder: Where the processes of the run have written their rows.
        interpreter: What they ran on, as pages show it.
        program: The file they ran; what is printed is tidied as in its transcript.
        though_nothing_waits: Return it for a run that only computes as well.
    """
    processes = sorted(_read(folder), key=lambda process: process.rows[0][5])
    shows = though_nothing_waits or any(
        row[0] in ("wait", "step", "state") or (row[0] == "lane" and row[1] > MAIN_THREAD)
        for process in processes
        for row in process.rows
    )
    if not processes or not shows:
        return None
    origin = processes[0].rows[0][5]
    _tell_ends(processes)
    numbers = {process.pid: number for number, process in enumerate(processes, start=1)}
    told = []
    left = MOST_ROWS
    for process in processes:
        rows = _worth([_since(origin, row) for row in _tidied(process.rows, program)])
        # Steps of tasks are handed on after all else.
        rows.sort(key=_at)
        kept = _shortened(rows, left)
        left = max(0, left - len(kept))
        told.append((numbers[process.pid], numbers.get(process.parent, 0), kept))
    end = max(_at(row) for _, _, rows in told for row in rows if row[0] != "fewer")
    return _to_text(interpreter, end, told)


def watched(trace: str | None) -> set[str]:
    """Return the names of the collections whose content is told in a ``.trace.json``."""
    processes = json.loads(trace)["processes"] if trace else []
    rows = (row for process in processes for row in process["rows"])
    return {name for row in rows if row[0] == "state" for name in row[4]}


def _read(folder: Path) -> list[_Process]:
    processes = []
    for path in sorted(folder.glob("*.jsonl")):
        # The last line of a process that was ended may be half a line.
        lines = path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        head, *rows = map(json.loads, lines)
        if rows:
            processes.append(_Process(head["pid"], head["parent"], rows))
    return processes


def _tell_ends(processes: list[_Process]) -> None:
    """Tell of the end of each process that another one has seen to end."""
    reaped = {row[1]: row for process in processes for row in process.rows if row[0] == "reaped"}
    for process in processes:
        ended = any(row[:2] == ["end", 1] for row in process.rows)
        process.rows[:] = [row for row in process.rows if row[0] != "reaped"]
        if process.pid in reaped:
            _, _, at, status = reaped[process.pid]
            how = "killed" if status < 0 or not ended else "failed" if status else "done"
            process.rows.append(["end", 0, at, how, f"exit status {status}" if status else ""])


def _tidied(rows: list[Row], program: Path) -> Iterator[Row]:
    """Leave out what a transcript leaves out, such as frames of the standard library."""
    tidying = TracebackFilter(program.resolve())
    for row in rows:
        if row[0] != "output":
            yield row
            continue
        stdout = row[3] == "stdout"
        text = tidying.shorten(row[4]) if stdout else tidying.feed(row[4])
        if text is not None:
            yield [*row[:4], text[:_LONGEST], row[5]]


def _worth(rows: list[Row]) -> list[Row]:
    """Leave out how long a thread was on a processor where that was all the time."""
    since: dict[int, float] = {}
    kept = []
    for row in rows:
        if row[0] == "run":
            since[row[1]] = row[2]
        elif row[0] == "cpu":
            ran = row[2] - since.get(row[1], row[2])
            if ran < _WORTH_TELLING or row[3] > _SHARE * ran:
                continue
            row = [*row[:3], round(row[3], 3)]
        kept.append(row)
    return kept


def _shortened(rows: list[Row], most: int) -> list[Row]:
    """Keep so many rows: all of the tasks that began first, if there are very many, or the first.

    What has been left out, or when the rest was cut off, is told in one row more.
    """
    if len(rows) <= most:
        return rows
    lanes: dict[int, list[Row]] = {}
    for row in rows:
        lanes.setdefault(row[1], []).append(row)
    tasks = [row[1] for row in rows if row[0] == "lane" and row[3] == "task"]
    kept = lanes.keys() - set(tasks)
    left = most - sum(len(lanes[lane]) for lane in kept)
    for task in tasks:
        # With those who woke it, or they would have no name.
        needed, new = [task], set[int]()
        while needed:
            if (lane := needed.pop()) in kept or lane in new or lane not in lanes:
                continue
            new.add(lane)
            needed += [row[_WAKERS[row[0]]] for row in lanes[lane] if row[0] in _WAKERS]
        left -= sum(len(lanes[lane]) for lane in new)
        if left < 0:
            break
        kept |= new
    if len(kept & set(tasks)) < MANY_TASKS:
        return [*rows[:most], ["cut", _at(rows[most])]]
    # Those of libraries do not count: they begin at no line of the program.
    fewer = sum(row[0] == "lane" and row[7] > 0 and row[1] not in kept for row in rows)
    return [*(row for row in rows if row[1] in kept), ["fewer", fewer]]


def _at(row: Row) -> float:
    """Return the last of a row's times, in ms."""
    return float(row[_TIMES.get(row[0], (2,))[-1]])


def _since(origin: int, row: Row) -> Row:
    """Return the row with times in ms since then."""
    moved = list(row)
    for index in _TIMES.get(row[0], (2,)):
        moved[index] = round((row[index] - origin) / 1e6, 3)
    return moved


def _to_text(interpreter: str, end: float, processes: list[tuple[int, int, list[Row]]]) -> str:
    """One row a line keeps differences readable."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    parts = [
        f'{{"process":{number},"parent":{parent},"rows":[\n' + ",\n".join(map(text, rows)) + "\n]}"
        for number, parent, rows in processes
    ]
    head = f'"schema":{SCHEMA},"interpreter":{text(interpreter)},"end":{round(end, 3)}'
    return f'{{{head},"processes":[\n' + ",\n".join(parts) + "\n]}\n"
