"""Takes down what happens in one process, and hands it on in rows."""

import itertools
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

# As in runtime/timeline/model/rows.ts, but with times in ns.
type Row = tuple[Any, ...]

# Lane, ready, by, start, end, reason as a place in `REASONS`, line.
# Of a task that begins: lane, ready, by, parent, 0, `BEGUN`, line.
STEP = 7
_REASON_PLACE = 5
# In place of a reason: the task has ended, and is done; it has begun. As in live.ts.
DONE, BEGUN = -1, -2
# Added to a reason: what is waited for has a name.
NAMED = 100
# As in rows.ts; at first the one of a task that has ended.
REASONS = (
    "",
    "sleep",
    "lock",
    "semaphore",
    "event",
    "condition",
    "barrier",
    "queue get",
    "queue put",
    "queue join",
    "thread",
    "process",
    "task",
    "tasks",
    "task group",
    "future",
    "executor",
    "work",
    "shutdown",
    "idle",
    "turn",
    "I/O",
    "input",
    "other",
)

PROCESS, MAIN_THREAD = 0, 1
NOBODY = -1
# Texts are cut to so many characters.
_LONGEST = 200
# What is printed is cut to that later, when it has been tidied.
_LONGEST_LINE = 2000


class Recorder:
    """Of one process.

    What is called for every step of a task or wait of a thread appends to a list, which is atomic;
    all else is done when the rows are handed on.

    Args:
        program: the file whose lines are told; of what runs elsewhere only the names are known.
        now: reads a clock, in ns; the same one for all processes.
        get_ident: returns the number of the running thread.
        most: how many rows are taken down; after that the recorder stops.
        reuse: how often a reading of the clock is taken again in one go, where reading is slow.
    """

    def __init__(
        self,
        program: str,
        now: Callable[[], int],
        get_ident: Callable[[], int],
        most: int = 100_000,
        reuse: int = 0,
    ) -> None:
        self.program = program
        self.now = now
        self.get_ident = get_ident
        self.rows: list[Row] = []
        # Steps of tasks, `STEP` numbers each: there are so many that a tuple for each would be slow
        # to make, and slower to hand on.
        self.steps: list[int] = []
        # Of tasks whose begin has yet to be handed on, by lane.
        self.names: dict[int, str] = {}
        self.functions: dict[int, str] = {}
        # What they wait for, by lane in order of the steps that say `NAMED`.
        self.waits: dict[int, list[str]] = {}
        # Thread number → lane; and the lane that it works for just now, if not its own. In a
        # callback of an event loop it works for itself, and that is the lane that wanted the call.
        self.threads: dict[int, int] = {}
        self.current: dict[int, int] = {}
        self.is_called: dict[int, bool] = {}
        self._most = most
        self.reuse = reuse
        # The last reading, and how often it may be taken again.
        self.reading = self.left = 0
        # Functions below which a process made by `fork` began: what called them was its parent's.
        self.beginnings: set[CodeType] = set()
        # The function with which an event loop calls what was left to it: the line of the program
        # that has called that has nothing to do with it.
        self.caller: CodeType | None = None
        # Whether this process is the one that runs the program, not one that it has started.
        self.is_main = True
        self.begin(get_ident())

    def begin(self, main: int) -> None:
        """Start anew, in a process of which only this thread runs."""
        self.is_over = False
        self._told = 0
        self.begun = self.now()
        # Returns a lane's number.
        self.new_lane: Callable[[], int] = itertools.count(MAIN_THREAD + 1).__next__
        # Emptied, not replaced: those who watch have them at hand.
        told = self.rows, self.steps, self.names, self.functions, self.waits
        for kept in (*told, self.threads, self.current, self.is_called):
            kept.clear()
        self.threads[main] = self.current[main] = MAIN_THREAD

    def thread_lane(self, ident: int) -> int:
        """Return the lane of a thread; one that nobody has announced gets one now."""
        lane = self.threads.get(ident)
        if lane is None:
            lane = self.threads[ident] = self.current[ident] = self.new_lane()
            thread = threading._active.get(ident)  # type: ignore[attr-defined]
            name = thread.name if thread else "a thread"
            self.rows.append(("lane", lane, PROCESS, "thread", name, self.now(), NOBODY, 0))
        return lane

    def working(self) -> int:
        """Return the lane for which the running thread works: its own, or that of a task."""
        ident = self.get_ident()
        lane = NOBODY if self.is_called.get(ident) else self.current.get(ident, NOBODY)
        return lane if lane >= 0 else self.thread_lane(ident)

    def waking(self) -> int:
        """Return the lane that wakes whoever the running thread wakes."""
        ident = self.get_ident()
        lane = self.current.get(ident, NOBODY)
        return lane if lane >= 0 else self.thread_lane(ident)

    def open_process(self, name: str) -> None:
        """Tell of the process itself and of its main thread, both there since `begin`."""
        at = self.begun
        self.rows[:0] = [
            ("lane", PROCESS, NOBODY, "process", name[:_LONGEST], at, NOBODY, 0),
            ("lane", MAIN_THREAD, PROCESS, "thread", "MainThread", at, NOBODY, 0),
            ("run", MAIN_THREAD, at),
        ]

    def open_thread(self, ident: int, name: str, by: int, code: CodeType | None) -> int:
        """Tell of a thread that begins to run, made by the lane `by` to run this code."""
        lane = self.threads[ident] = self.current[ident] = self.new_lane()
        now = self.now()
        line = self.first(code)
        self.rows.append(("lane", lane, PROCESS, "thread", name[:_LONGEST], now, by, line))
        self.rows.append(("run", lane, now))
        return lane

    def close_thread(self, ident: int, how: str, text: str = "") -> None:
        """Tell of a thread that ends."""
        lane = self.threads.pop(ident, None)
        self.current.pop(ident, None)
        if lane is not None:
            self.rows.append(("end", lane, self.now(), how, text))

    def first(self, code: CodeType | None) -> int:
        """Return the line where a function of the program begins; 0 for others."""
        if code is None or code.co_filename != self.program:
            return 0
        return code.co_firstlineno

    def seen(self, lane: int, frame: FrameType | None) -> None:
        """Tell which line of the program a lane's thread is in as it runs."""
        line = self.line(frame)
        if line:
            self.rows.append(("seen", lane, self.now(), line))

    def line(self, frame: FrameType | None) -> int:
        """Return the line where the program is, given what it has called; 0 if it is not."""
        while frame is not None:
            code = frame.f_code
            if code.co_filename == self.program:
                return frame.f_lineno or 0
            # To look into a set the whole code would be hashed.
            if code is self.caller or (self.beginnings and code in self.beginnings):
                break
            frame = frame.f_back
        return 0

    def output(self, stream: str, text: str, frame: FrameType | None) -> None:
        """Tell of lines that have been printed."""
        if self.is_over:
            return
        lane, now, number = self.working(), self.now(), self.line(frame)
        for line in text.removesuffix("\n").split("\n"):
            self.rows.append(("output", lane, now, stream, line[:_LONGEST_LINE], number))

    def take(self) -> tuple[list[Row], list[int], list[str]]:
        """Return rows and steps since the last call; what happens meanwhile is in the next ones.

        With them the names that belong to these steps, in their order: of a task that begins its
        own and that of its function, of one that waits that of what it waits for.
        """
        rows, steps = self.rows[:], self.steps[:]
        del self.rows[: len(rows)], self.steps[: len(steps)]
        reasons = steps[_REASON_PLACE::STEP]
        names: list[str] = []
        for lane, reason in zip(steps[::STEP], reasons, strict=True):
            if reason == BEGUN:
                names += (self.names.pop(lane), self.functions.pop(lane))
            elif reason >= NAMED:
                names.append(self.waits[lane].pop(0))
        names = [str(name)[:_LONGEST] for name in names]
        if self.is_over:
            return [], [], []
        self._told += len(rows) + len(reasons) + reasons.count(DONE)
        if self._told > self._most:
            self.is_over = True
            rows.append(("cut", self.now()))
        return rows, steps, names


def rows_of(steps: list[int], names: list[str]) -> list[Row]:
    """Return steps, and the names that belong to them, as rows."""
    rows: list[Row] = []
    left = iter(names)
    for at in range(0, len(steps), STEP):
        lane, ready, by, start, end, reason, line = steps[at : at + STEP]
        if reason == BEGUN:
            name, runs = next(left), next(left)
            rows.append(("lane", lane, start, "task", name, ready, by, line, runs))
            continue
        of = next(left) if reason >= NAMED else ""
        why = "" if reason == DONE else REASONS[reason % NAMED]
        rows.append(("step", lane, ready, by, start, end, why, of, line))
        if reason == DONE:
            rows.append(("end", lane, end, "done", ""))
    return rows
