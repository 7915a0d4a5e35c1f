"""Takes down what happens in one process, and hands it on in rows."""

import itertools
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

# As in runtime/timeline/rows.ts, with times in ms.
type Row = tuple[Any, ...]
# Where a frame was: its line is only looked up when the rows are handed on.
type Place = tuple[CodeType, int]

PROCESS, MAIN_THREAD = 0, 1
NOBODY = -1
# Texts are cut to so many characters.
_LONGEST = 200


class Recorder:
    """Of one process.

    What is called for every step of a task or wait of a thread appends one tuple to a list, which
    is atomic; all else is done when the rows are handed on.

    Args:
        program: the file whose lines are told; of what runs elsewhere only the names are known.
        now: reads a clock, in ns; the same one for all processes.
        get_ident: returns the number of the running thread.
        most: how many rows are taken down; after that the recorder stops.
    """

    def __init__(
        self,
        program: str,
        now: Callable[[], int],
        get_ident: Callable[[], int],
        most: int = 100_000,
    ) -> None:
        self.program = program
        self.now = now
        self.get_ident = get_ident
        self.rows: list[Row] = []
        # Thread number → lane; and the lane that it works for just now, if not its own.
        self.threads: dict[int, int] = {}
        self.current: dict[int, int] = {}
        # Lane → the line that was told last; a wait ends that.
        self.lines: dict[int, int | None] = {}
        self._most = most
        # Functions below which a process made by `fork` began: what called them was its parent's.
        self.beginnings: set[CodeType] = set()
        # Whether this process is the one that runs the program, not one that it has started.
        self.is_main = True
        self.begin(get_ident())

    def begin(self, main: int) -> None:
        """Start anew, in a process of which only this thread runs."""
        self.is_over = False
        self._told = 0
        self._numbers = itertools.count(MAIN_THREAD + 1)
        # Emptied, not replaced: those who watch have them at hand.
        for kept in (self.rows, self.threads, self.current, self.lines):
            kept.clear()
        self.threads[main] = self.current[main] = MAIN_THREAD

    def new_lane(self) -> int:
        """Return a lane's number."""
        return next(self._numbers)

    def thread_lane(self, ident: int) -> int:
        """Return the lane of a thread; one that nobody has announced gets one now."""
        lane = self.threads.get(ident)
        if lane is None:
            lane = self.threads[ident] = self.current[ident] = self.new_lane()
            thread = threading._active.get(ident)  # type: ignore[attr-defined]
            name = thread.name if thread else "a thread"
            self.rows.append(("lane", lane, PROCESS, "thread", name, self.now(), NOBODY, None))
        return lane

    def working(self) -> int:
        """Return the lane for which the running thread works: its own, or that of a task."""
        ident = self.get_ident()
        lane = self.current.get(ident, NOBODY)
        return self.thread_lane(ident) if lane == NOBODY else lane

    def open_process(self, name: str, at: int) -> None:
        """Tell of the process itself and of its main thread."""
        self.rows += [
            ("lane", PROCESS, NOBODY, "process", name, at, NOBODY, None),
            ("lane", MAIN_THREAD, PROCESS, "thread", "MainThread", at, NOBODY, None),
            ("run", MAIN_THREAD, at),
        ]

    def open_thread(
        self, ident: int, name: str, by: int, code: CodeType | None, lane: int | None = None
    ) -> int:
        """Tell of a thread that begins to run, made by the lane `by` to run this code."""
        lane = self.new_lane() if lane is None else lane
        self.threads[ident] = self.current[ident] = lane
        now = self.now()
        self.rows.append(("lane", lane, PROCESS, "thread", name, now, by, self.first(code)))
        self.rows.append(("run", lane, now))
        return lane

    def close_thread(self, ident: int, how: str, text: str = "") -> None:
        """Tell of a thread that ends."""
        lane = self.threads.pop(ident, None)
        self.current.pop(ident, None)
        if lane is not None:
            self.rows.append(("end", lane, self.now(), how, text))

    def first(self, code: CodeType | None) -> Place | None:
        """Return the place where a function of the program begins."""
        if code is None or code.co_filename != self.program:
            return None
        return code, -1

    def seen(self, lane: int, frame: FrameType | None) -> None:
        """Tell which line a lane's thread is in as it runs, if that is another one than before."""
        while frame is not None and frame.f_code.co_filename != self.program:
            frame = frame.f_back
        if frame is not None and self.lines.get(lane) != frame.f_lineno:
            self.lines[lane] = frame.f_lineno
            self.rows.append(("seen", lane, self.now(), (frame.f_code, frame.f_lasti)))

    def place(self, frame: FrameType | None) -> Place | None:
        """Return where the program is, given what it has called."""
        while frame is not None and frame.f_code not in self.beginnings:
            if frame.f_code.co_filename == self.program:
                return frame.f_code, frame.f_lasti
            frame = frame.f_back
        return None

    def output(self, stream: str, text: str, frame: FrameType | None) -> None:
        """Tell of lines that have been printed."""
        if self.is_over:
            return
        lane, now, place = self.working(), self.now(), self.place(frame)
        for line in text.removesuffix("\n").split("\n"):
            self.rows.append(("output", lane, now, stream, line[:_LONGEST], place))

    def take(self, origin: int) -> list[list[Any]]:
        """Return the rows since the last call, as they are sent; times are since `origin`, in ns.

        What happens meanwhile in other threads is in the next ones.
        """
        rows = self.rows[:]
        del self.rows[: len(rows)]
        if self.is_over:
            return []
        left = self._most - self._told
        self._told += len(rows)
        sent = [_FORMS[row[0]](row, origin) for row in rows[:left]]
        if len(rows) > left:
            self.is_over = True
            sent.append(["cut", _ms(rows[left][_TIME[rows[left][0]]], origin)])
        return sent


def _ms(at: int, origin: int) -> float:
    return round((at - origin) / 1e6, 3)


def line_of(place: Place | None) -> int:
    """Return the line of a place, 0 if there is none."""
    if place is None:
        return 0
    code, at = place
    if at < 0:
        return code.co_firstlineno
    lines = (line for start, end, line in code.co_lines() if start <= at < end)
    return next(lines, None) or 0


# Where the time stands in rows of each type.
_TIME = {"lane": 5, "step": 2}
_TIME |= dict.fromkeys(("wait", "ready", "run", "seen", "job", "cpu", "end", "output", "reaped"), 2)


def _with_time(row: Row, origin: int) -> list[Any]:
    sent = list(row)
    sent[2] = _ms(row[2], origin)
    return sent


def _with_time_and_place(row: Row, origin: int) -> list[Any]:
    return [*_with_time(row[:-1], origin), line_of(row[-1])]


def _lane(row: Row, origin: int) -> list[Any]:
    *head, name, at, by, place = row
    return [*head, str(name)[:_LONGEST], _ms(at, origin), by, line_of(place)]


def _step(row: Row, origin: int) -> list[Any]:
    _, lane, ready, by, start, end, reason, of, place = row
    times = _ms(ready, origin), by, _ms(start, origin), _ms(end, origin)
    return ["step", lane, *times, reason, of[:_LONGEST], line_of(place)]


_FORMS: dict[str, Callable[[Row, int], list[Any]]] = {
    "lane": _lane,
    "step": _step,
    "wait": _with_time_and_place,
    "ready": _with_time,
    "run": _with_time,
    "seen": _with_time_and_place,
    "job": _with_time_and_place,
    "cpu": _with_time,
    "end": _with_time,
    "output": _with_time_and_place,
    "reaped": _with_time,
}
