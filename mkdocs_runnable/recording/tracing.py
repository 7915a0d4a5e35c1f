"""Makes a recorded timeline, ``name.trace.json``, from the events that a run has written.

The tracer (``runtime/python/runnable_tracer``) writes one file of events for each process. The
recording has the form that ``runtime/timeline/model/trace_events.ts`` describes. Each event is a
list that begins with its type and, for most types, the number of its lane.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mkdocs_runnable.recording.terminal import without_controls
from mkdocs_runnable.recording.tidy import TracebackFilter

SCHEMA = 1
# The most events that a recording keeps, so that its file and its timeline do not become too large.
# If a run has more events, some of its tasks are left out, or its end is cut.
MOST_EVENTS = 4000
# Tasks are left out only if this many remain. Otherwise the end of the recording is cut.
FEWEST_KEPT_TASKS = 100
LONGEST_LINE = 200  # characters of a printed line
MAIN_THREAD = 1  # number of its lane

# A `cpu` event gives the processor time that a thread has used since its last `run` event. If the
# thread used more than this share of the time between the two events, it hardly waited for the GIL
# or for a core, and the `cpu` event is left out.
_MOST_CPU_SHARE = 0.9
# The `cpu` event is also left out if the two events are closer together than this, because the
# measurement is then too imprecise.
_SHORTEST_RUN_MS = 1.0

# Type of an event → position of the lane that created or woke the event's own lane.
_WAKER_POSITION = {"lane": 6, "step": 3, "ready": 3}
# Type of an event → positions of its times. The type `fewer` has no time, and all other types that
# are not listed here have one, at position 2.
_TIME_POSITIONS = {"lane": (5,), "step": (2, 4, 5), "cut": (1,)}
# Positions in an event of the type `lane`: when the lane began, and the line of the program where
# the function that the lane runs is defined, or 0.
_LANE_START = 5
_LANE_LINE = 7

type Event = list[Any]


class _Process(NamedTuple):
    """The events that one process has written."""

    pid: int
    parent: int  # the pid of the process that started it
    events: list[Event]  # with times in nanoseconds


def assemble(
    folder: Path, interpreter: str, program: Path, *, though_nothing_waits: bool = False
) -> str | None:
    """Return the text of a ``.trace.json``, or None if the timeline would show nothing of interest.

    A timeline is of interest if something waits in it, if there are tasks or several threads, or if
    the program's header names variables to watch.

    Args:
        folder: Where the processes of the run have written their events.
        interpreter: The interpreter that they ran on, as pages show it.
        program: The file that they ran. Printed lines are tidied as in the transcript of the run.
        though_nothing_waits: Return a timeline even if the program only computes in one thread, and
            has no tasks.
    """
    processes = sorted(_read(folder), key=lambda process: process.events[0][_LANE_START])
    is_of_interest = though_nothing_waits or any(
        event[0] in ("wait", "step", "state") or (event[0] == "lane" and event[1] > MAIN_THREAD)
        for process in processes
        for event in process.events
    )
    if not processes or not is_of_interest:
        return None
    origin = processes[0].events[0][_LANE_START]
    _add_process_endings(processes)
    numbers = {process.pid: number for number, process in enumerate(processes, start=1)}
    recorded = []
    room = MOST_EVENTS
    for process in processes:
        tidied = _tidied(process.events, program)
        events = _without_short_waits([_since(origin, event) for event in tidied])
        # The tracer writes the beginnings, steps and ends of tasks after all other events.
        events.sort(key=_end_time)
        kept = _shortened(events, room)
        room = max(0, room - len(kept))
        recorded.append((numbers[process.pid], numbers.get(process.parent, 0), kept))
    end = max(
        _end_time(event) for *_, events in recorded for event in events if event[0] != "fewer"
    )
    return _to_text(interpreter, end, recorded)


def watched(trace: str | None) -> set[str]:
    """Return the names of the variables whose contents a ``.trace.json`` records."""
    processes = json.loads(trace)["processes"] if trace else []
    events = (event for process in processes for event in process["rows"])
    return {name for event in events if event[0] == "state" for name in event[4]}


def _read(folder: Path) -> list[_Process]:
    processes = []
    for path in sorted(folder.glob("*.jsonl")):
        # If a process was killed, its last line may be incomplete.
        lines = path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        # The first line describes the process, and each other line is an event.
        head, *events = map(json.loads, lines)
        if events:
            processes.append(_Process(head["pid"], head["parent"], events))
    return processes


def _add_process_endings(processes: list[_Process]) -> None:
    """Add the ending of each process whose exit status another process has received.

    The tracer reports such a status as a ``reaped`` event, which is not part of a recording.
    """
    reaped = {
        event[1]: event for process in processes for event in process.events if event[0] == "reaped"
    }
    for process in processes:
        main_thread_ended = any(event[:2] == ["end", MAIN_THREAD] for event in process.events)
        process.events[:] = [event for event in process.events if event[0] != "reaped"]
        if process.pid in reaped:
            _, _, at, status = reaped[process.pid]
            was_killed = status < 0 or not main_thread_ended
            how = "killed" if was_killed else "failed" if status else "done"
            text = f"exit status {status}" if status else ""
            process.events.append(["end", 0, at, how, text])


def _tidied(events: list[Event], program: Path) -> Iterator[Event]:
    """Leave out the printed lines that a transcript leaves out, such as frames of other files."""
    traceback_filter = TracebackFilter(program.resolve())
    for event in events:
        if event[0] != "output":
            yield event
            continue
        kind, lane, at, stream, text, line = event
        is_stdout = stream == "stdout"
        tidied = traceback_filter.shorten(text) if is_stdout else traceback_filter.feed(text)
        if tidied is None:
            continue
        shown = without_controls(tidied)
        # A program that only hides the cursor, for example, has printed nothing.
        if shown or not tidied:
            yield [kind, lane, at, stream, shown[:LONGEST_LINE], line]


def _without_short_waits(events: list[Event]) -> list[Event]:
    """Leave out the ``cpu`` events of threads that hardly waited for the GIL or for a core."""
    run_started: dict[int, float] = {}
    kept = []
    for event in events:
        kind, lane = event[:2]
        if kind == "run":
            run_started[lane] = event[2]
        elif kind == "cpu":
            _, _, at, cpu_ms = event
            ran_ms = at - run_started.get(lane, at)
            if ran_ms < _SHORTEST_RUN_MS or cpu_ms > _MOST_CPU_SHARE * ran_ms:
                continue
            event = [kind, lane, at, round(cpu_ms, 3)]
        kept.append(event)
    return kept


def _shortened(events: list[Event], most: int) -> list[Event]:
    """Shorten the events of a process if there are more than ``most``.

    If there are very many tasks, the tasks that began first are kept whole, and the others are left
    out. Otherwise the first events are kept. The last event then says how many tasks were left out,
    or at which time the recording was cut.
    """
    if len(events) <= most:
        return events
    by_lane: dict[int, list[Event]] = {}
    for event in events:
        by_lane.setdefault(event[1], []).append(event)
    tasks = [event[1] for event in events if event[0] == "lane" and event[3] == "task"]
    kept = by_lane.keys() - set(tasks)
    room = most - sum(len(by_lane[lane]) for lane in kept)
    for task in tasks:
        # The timeline names the tasks that created and woke this one, so it needs them too.
        needed, added = [task], set[int]()
        while needed:
            if (lane := needed.pop()) in kept or lane in added or lane not in by_lane:
                continue
            added.add(lane)
            needed += [
                event[_WAKER_POSITION[event[0]]]
                for event in by_lane[lane]
                if event[0] in _WAKER_POSITION
            ]
        room -= sum(len(by_lane[lane]) for lane in added)
        if room < 0:
            break
        kept |= added
    if len(kept & set(tasks)) < FEWEST_KEPT_TASKS:
        return [*events[:most], ["cut", _end_time(events[most])]]
    # Tasks of libraries do not count, because they begin at no line of the program.
    left_out = sum(
        event[0] == "lane" and event[_LANE_LINE] > 0 and event[1] not in kept for event in events
    )
    return [*(event for event in events if event[1] in kept), ["fewer", left_out]]


def _end_time(event: Event) -> float:
    """Return the last of an event's times, in ms."""
    return float(event[_TIME_POSITIONS.get(event[0], (2,))[-1]])


def _since(origin_ns: int, event: Event) -> Event:
    """Return an event whose times are milliseconds since ``origin_ns`` instead of nanoseconds."""
    moved = list(event)
    for position in _TIME_POSITIONS.get(event[0], (2,)):
        moved[position] = round((event[position] - origin_ns) / 1e6, 3)
    return moved


def _to_text(interpreter: str, end: float, processes: list[tuple[int, int, list[Event]]]) -> str:
    """Return the JSON text, with one event on each line so that diffs are readable.

    Args:
        interpreter: Name of the interpreter.
        end: Time of the last event, in ms.
        processes: Number, number of the parent (0 if it is unknown) and events of each process.
    """

    def to_json(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    parts = [
        f'{{"process":{number},"parent":{parent},"rows":[\n'
        + ",\n".join(map(to_json, events))
        + "\n]}"
        for number, parent, events in processes
    ]
    head = f'"schema":{SCHEMA},"interpreter":{to_json(interpreter)},"end":{round(end, 3)}'
    return f'{{{head},"processes":[\n' + ",\n".join(parts) + "\n]}\n"
