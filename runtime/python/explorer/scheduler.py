"""Whose turn it is in one run, and the choices that decide it.

Each thread is a real one, but only the one that has the baton runs: all others stand at a gate of
their own. The baton is passed on at `point`, where the running thread could go on, and in `wait`,
where it cannot.
"""

import _thread
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NoReturn, Protocol

READY, WAITING, ENDED = range(3)
MAIN = 1
# A thread that has passed so many points in a row, while others could run, gives way: a loop that
# waits for another thread without a lock would never end otherwise.
PATIENCE = 400
# So often a run that is over is told so where it goes on all the same.
_MOST_REFUSALS = 1000

_new_gate, _start = _thread.allocate_lock, _thread.start_new_thread


class Over(SystemExit):
    """Unwinds what is left of a run; threads end with it in silence."""


class CannotSwitchError(Exception):
    """The program starts threads, and there can be none here."""


@dataclass(frozen=True)
class Decision:
    """One place where more than one could go on.

    Attributes:
        options: how many could; 0 stands for the usual one.
        choice: which one did.
        costs: what a choice other than the usual one counts.
        tasks: whether these are tasks of an event loop, not threads.
    """

    options: int
    choice: int
    costs: int
    tasks: bool


class Chooser(Protocol):
    """Says which one goes on at a decision."""

    def __call__(self, number: int, options: int, costs: int) -> int | None:
        """Return one of `options`, counted from 0, for the decision with this number.

        None ends the run there: the decision is left open.
        """


@dataclass(eq=False)
class Thread:
    """One thread of the program."""

    ident: int
    owner: Any = None
    state: int = READY
    # Seconds of virtual time at which a wait ends by itself.
    deadline: float | None = None
    timed_out: bool = False
    # Where it waits, or stood when its turn was over.
    frame: FrameType | None = None
    # The last call of the program that was a point already: code and offset.
    called: tuple[object, int] | None = None
    gate: Any = field(default_factory=_new_gate)

    def __post_init__(self) -> None:
        self.gate.acquire()

    @property
    def name(self) -> str:
        """As the program sees it."""
        return "MainThread" if self.ident == MAIN else str(getattr(self.owner, "name", "a thread"))


class Watch(Protocol):
    """What is told of a run that is looked at step by step."""

    def thread_stops(self, why: str) -> None:
        """The running thread stops running; `why` is `turn`, `wait` or `end`."""

    def task_stops(self, task: Any) -> None:
        """The step of a task is over."""

    def left_open(self, among: Sequence[Any]) -> None:
        """The run ends here, with the choice among these: threads, or steps of tasks."""


class Scheduler:
    """Of one run.

    Args:
        choose: is asked at each decision.
        steps: after so many points and waits the run is given up.
    """

    def __init__(self, choose: Chooser, steps: int) -> None:
        self.choose = choose
        self.left = self.steps = steps
        self.threads = [Thread(MAIN)]
        self.current = self.threads[0]
        self.decisions: list[Decision] = []
        self.now = 0.0
        self.over = False
        # Why it is over before its end: `deadlock`, `endless`, or a decision left `open`.
        self.verdict = ""
        self.interrupted = False
        # Why no thread could be started.
        self.failed = ""
        self.watch: Watch | None = None
        self._patience = PATIENCE
        self._refusals = 0
        self._unwound = _new_gate()
        self._unwound.acquire()

    # --- decisions -------------------------------------------------------------------------------

    def decide[One](self, among: Sequence[One], costs: int, *, tasks: bool = False) -> One | None:
        """Return which of several goes on, and take it down; nothing if the run ends here."""
        choice = self.choose(len(self.decisions), len(among), costs)
        if choice is None:
            if not self.over:
                self.current.frame = sys._getframe(1)
                if self.watch:
                    self.watch.left_open(among)
                self._give_up("open")
            return None
        self.decisions.append(Decision(len(among), choice, costs, tasks))
        return among[choice]

    def point(self) -> None:
        """Let others have the turn of the running thread, if that is chosen."""
        me = self.current
        self._count()
        others = self._ready_after(me)
        if not others:
            return
        self._patience -= 1
        chosen = self._one_of(others) if self._patience < 0 else self.decide([me, *others], 1)
        if chosen is None:
            self.leave()
        if chosen is not me:
            me.frame = sys._getframe(1)
            self._told("turn")
            self._pass_to(chosen)
            self._stand(me)

    def wait(self, seconds: float | None) -> bool:
        """Stop running until `wake` is called for this thread; whether that came in time.

        Args:
            seconds: of virtual time, after which it goes on anyway; None means never.
        """
        me = self.current
        self._count()
        me.state, me.timed_out = WAITING, False
        me.deadline = None if seconds is None else self.now + max(seconds, 0)
        me.frame = sys._getframe(1)
        self._told("wait")
        self._go_on_without(me)
        self._stand(me)
        return not me.timed_out

    def wake(self, thread: Thread) -> None:
        """Let a waiting thread run when its turn comes."""
        if thread.state == WAITING:
            thread.state, thread.deadline = READY, None

    def _ready_after(self, me: Thread) -> list[Thread]:
        """The other threads that could run, beginning with the one made after this one."""
        start = self.threads.index(me) + 1
        ring = self.threads[start:] + self.threads[: start - 1]
        return [thread for thread in ring if thread.state == READY]

    def _go_on_without(self, me: Thread) -> None:
        while not (ready := self._ready_after(me)):
            # Nobody can run until time has passed, and it has.
            due = [t for t in self.threads if t.state == WAITING and t.deadline is not None]
            if not due:
                self._give_up("deadlock")
                return
            self.now = max(self.now, min(t.deadline for t in due if t.deadline is not None))
            for thread in due:
                if thread.deadline is not None and thread.deadline <= self.now:
                    thread.state, thread.deadline, thread.timed_out = READY, None, True
            if me.state == READY:
                ready = [me, *self._ready_after(me)]
                break
        if chosen := self._one_of(ready):
            self._pass_to(chosen)

    def _one_of(self, ready: Sequence[Thread]) -> Thread | None:
        """Return the one that goes on where none of them runs; nothing if the run ends here."""
        return self.decide(ready, 0) if len(ready) > 1 else ready[0]

    # --- the baton -------------------------------------------------------------------------------

    def _pass_to(self, thread: Thread) -> None:
        self._patience = PATIENCE
        self.current = thread
        thread.gate.release()

    def _stand(self, me: Thread) -> None:
        try:
            me.gate.acquire()
        except KeyboardInterrupt:
            self.interrupted = self.over = True
            raise
        self.current = me
        if self.over:
            raise Over

    def _count(self) -> None:
        if self.over:
            self._refusals += 1
            if self._refusals > _MOST_REFUSALS and self.current is not self.threads[0]:
                # It catches everything, in a loop: it is left standing here for ever.
                self.current.gate.acquire()
            raise Over
        self.left -= 1
        if self.left < 0:
            self._give_up("endless")
            self.leave()

    def leave(self) -> NoReturn:
        """Let the running thread leave a run that is over."""
        if self.current is not self.threads[0]:
            self._stand(self.current)
        raise Over

    def _give_up(self, verdict: str) -> None:
        """End the run: the main thread sees to that."""
        self.verdict, self.over = verdict, True
        if self.current is not self.threads[0] or self.current.state == WAITING:
            self.threads[0].gate.release()

    def _told(self, why: str) -> None:
        if self.watch:
            self.watch.thread_stops(why)

    # --- threads ---------------------------------------------------------------------------------

    def start(self, function: Callable[[], object], ended: Callable[[], None]) -> Thread:
        """Make a thread that runs a function; its turn comes later.

        Args:
            function: what it runs.
            ended: is called in it at its end.
        """
        thread = Thread(max(t.ident for t in self.threads) + 1, getattr(function, "__self__", None))

        def body() -> None:
            thread.gate.acquire()
            try:
                if not self.over:
                    self.current = thread
                    function()
            except SystemExit:
                pass
            except BaseException as error:
                if not self.over:
                    hook: Any = sys.unraisablehook
                    hook(_Unraisable(error, function))
            finally:
                self._end(thread, ended)

        try:
            _start(body, ())
        except RuntimeError as error:
            # A note says more than "can't start new thread".
            self.failed = " ".join(getattr(error, "__notes__", [str(error)]))
            raise
        self.threads.append(thread)
        return thread

    def _end(self, thread: Thread, ended: Callable[[], None]) -> None:
        thread.state = ENDED
        if self.over:
            self._unwound.release()
            return
        ended()
        self._told("end")
        self._go_on_without(thread)

    def end(self) -> None:
        """End all threads that are left, one by one; to be called by the main thread."""
        self.over = True
        for thread in self.threads[1:]:
            if thread.state != ENDED:
                thread.gate.release()
                # One that refuses to end is left standing.
                self._unwound.acquire(True, 1.0)


class _Unraisable:
    """What `sys.unraisablehook` takes."""

    def __init__(self, error: BaseException, function: object) -> None:
        self.exc_type, self.exc_value, self.exc_traceback = type(error), error, error.__traceback__
        self.err_msg, self.object = "Exception ignored in thread started by", function


# The run that is going on.
_running: list[Scheduler] = []


def current() -> Scheduler:
    """Return the scheduler of the run that is going on."""
    return _running[-1]


def is_running() -> bool:
    """Whether a run is going on."""
    return bool(_running)


def enter(scheduler: Scheduler) -> None:
    """Begin a run."""
    _running[:] = [scheduler]


def leave() -> None:
    """End the run."""
    _running.clear()


def usual(number: int, options: int, costs: int) -> int:  # noqa: ARG001
    """Let the one go on that would by itself."""
    return 0


def following(schedule: Sequence[tuple[int, int]]) -> Chooser:
    """Return a chooser that makes the choices of a schedule, by number, and else the usual ones."""
    chosen = dict(schedule)

    def choose(number: int, options: int, costs: int) -> int:  # noqa: ARG001
        return min(chosen.get(number, 0), options - 1)

    return choose
