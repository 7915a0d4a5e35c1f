"""Decides which thread or task runs next in one run, and records the decisions.

The threads of the program run as threads of CPython or of the browser runtime, but only one of them
runs at a time. Every other thread blocks on its gate, a lock of its own. The running thread opens
the gate of another one at a `switch_point`, where it could also continue itself, and in `wait` or
at its end, where it cannot continue. The event loop in `loop` calls `decide` to choose a task.
"""

import _thread
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NoReturn, Protocol

READY, WAITING, ENDED = range(3)
MAIN = 1
# If other threads are ready, the running thread is preempted after this many switch points without
# a switch. Otherwise a loop that polls for another thread's result would never end.
MAX_POINTS_WITHOUT_SWITCH = 400
# How often the threads of a run may catch `RunEnded` and continue. After that, each thread other
# than the main one that does so is blocked for good.
_MAX_REFUSALS = 1000

_new_gate, _start = _thread.allocate_lock, _thread.start_new_thread


class RunEnded(SystemExit):
    """Raised in the threads of a run that is over, to end them.

    It is a `SystemExit`, because `threading` does not report this exception.
    """


class CannotSwitchError(Exception):
    """The program starts threads, but this environment cannot run any."""


@dataclass(frozen=True)
class Decision:
    """A point where more than one thread or task could continue.

    Attributes:
        options: number of threads or tasks that could continue. Option 0 is the default one, which
            an ordinary scheduler would choose.
        choice: the option that was chosen.
        costs: what a choice other than the default counts towards the bound of `search.explore`.
        tasks: whether the options are tasks of an event loop rather than threads.
    """

    options: int
    choice: int
    costs: int
    tasks: bool


class Chooser(Protocol):
    """Makes the choice at each decision of a run."""

    def __call__(self, number: int, options: int, costs: int) -> int | None:
        """Choose which thread or task continues.

        Args:
            number: how many decisions the run has made before this one.
            options: number of threads or tasks to choose from.
            costs: see `Decision`.

        Returns:
            An option, counted from 0, or None to end the run here and leave the decision open.
        """


@dataclass(eq=False)
class Thread:
    """One thread of the explored program."""

    # The number that `threading.get_ident` returns in this thread.
    ident: int
    # The object whose method the thread runs, normally its `threading.Thread`; None for a function.
    owner: Any = None
    state: int = READY
    # Virtual time, in seconds, at which the thread's wait times out.
    deadline: float | None = None
    timed_out: bool = False
    # The top of the thread's stack when it last waited, was preempted, or left a decision open.
    frame: FrameType | None = None
    # Whether it is at a switch point, rather than waiting.
    is_at_point: bool = False
    # The last call in the program that was already a switch point: code and offset.
    last_call: tuple[object, int] | None = None
    gate: Any = field(default_factory=_new_gate)

    def __post_init__(self) -> None:
        self.gate.acquire()

    @property
    def name(self) -> str:
        """The name of its `threading.Thread`; `a thread` if there is none."""
        return "MainThread" if self.ident == MAIN else str(getattr(self.owner, "name", "a thread"))


class Observer(Protocol):
    """Observes a run step by step."""

    def thread_stops(self, why: str) -> None:
        """The running thread stops running.

        Args:
            why: `turn` if it is preempted, `wait` if it waits, or `end` if it ends.
        """

    def task_stops(self, task: Any) -> None:
        """The current step of a task is over."""

    def left_open(self, options: Sequence[Any]) -> None:
        """The run ends at a decision that was left open, between these threads or task steps.

        Args:
            options: `Thread` objects, or handles of an event loop that run the steps of tasks.
        """


class Scheduler:
    """Schedules the threads of one run.

    Args:
        choose: makes the choice at each decision.
        max_steps: after how many switch points and waits the run is stopped as endless.
    """

    def __init__(self, choose: Chooser, max_steps: int) -> None:
        self.choose = choose
        self.steps_left = max_steps
        self.threads = [Thread(MAIN)]
        self.current = self.threads[0]
        self.decisions: list[Decision] = []
        # Virtual time, in seconds.
        self.now = 0.0
        self.is_over = False
        # Why the run was stopped early: `deadlock`, `endless`, or `open` for an open decision.
        self.verdict = ""
        # Whether the user has pressed Ctrl+C.
        self.interrupted = False
        # Why a thread could not be started.
        self.start_error = ""
        self.observer: Observer | None = None
        self._points_left = MAX_POINTS_WITHOUT_SWITCH
        # How often threads have continued although the run was over.
        self._refusals = 0
        # Released whenever a thread has ended after the run was over.
        self._unwound = _new_gate()
        self._unwound.acquire()

    # --- decisions -------------------------------------------------------------------------------

    def decide[T](self, options: Sequence[T], costs: int, *, tasks: bool = False) -> T | None:
        """Choose which thread or task continues, and record the decision.

        Args:
            options: the threads or task steps that could continue, the default one first.
            costs: see `Decision`.
            tasks: see `Decision`.

        Returns:
            The chosen option, or None if the decision is left open and the run ends.
        """
        choice = self.choose(len(self.decisions), len(options), costs)
        if choice is None:
            if not self.is_over:
                self.current.frame = sys._getframe(1)
                if self.observer:
                    self.observer.left_open(options)
                self._stop_early("open")
            return None
        self.decisions.append(Decision(len(options), choice, costs, tasks))
        return options[choice]

    @property
    def has_others(self) -> bool:
        """Whether there are threads other than the main one that have not ended."""
        return any(thread.state != ENDED for thread in self.threads[1:])

    def switch_point(self, is_choice: bool = True) -> None:
        """Switch to another ready thread if that is chosen.

        Args:
            is_choice: whether there is a choice. Otherwise the running thread continues, unless it
                has run for too long.
        """
        me = self.current
        self._count_step()
        others = self._ready_after(me)
        if not others:
            return
        self._points_left -= 1
        must_switch = self._points_left < 0
        if not is_choice and not must_switch:
            return
        me.is_at_point = True
        chosen = self._choose_from(others) if must_switch else self.decide([me, *others], costs=1)
        if chosen is None:
            self.unwind()
        if chosen is not me:
            me.frame = sys._getframe(1)
            self._report_stop("turn")
            self._open_gate(chosen)
            self._block(me)
        me.is_at_point = False

    def wait(self, seconds: float | None) -> bool:
        """Suspend the running thread until `wake` is called for it, or until a timeout.

        Args:
            seconds: timeout in virtual time; None means forever.

        Returns:
            Whether the thread was woken before the timeout.
        """
        me = self.current
        self._count_step()
        me.state, me.timed_out = WAITING, False
        me.deadline = None if seconds is None else self.now + max(seconds, 0)
        me.frame = sys._getframe(1)
        self._report_stop("wait")
        self._run_another(me)
        self._block(me)
        return not me.timed_out

    def wake(self, thread: Thread) -> None:
        """Make a waiting thread ready; it runs when it is chosen."""
        if thread.state == WAITING:
            thread.state, thread.deadline = READY, None

    def _ready_after(self, me: Thread) -> list[Thread]:
        """Return the other ready threads: those created after this one, then those before it."""
        start = self.threads.index(me) + 1
        ring = self.threads[start:] + self.threads[: start - 1]
        return [thread for thread in ring if thread.state == READY]

    def _run_another(self, me: Thread) -> None:
        """Open the gate of the next thread, when the running one waits or ends."""
        while not (ready := self._ready_after(me)):
            # No thread is ready, so virtual time jumps to the next deadline.
            due = [t for t in self.threads if t.state == WAITING and t.deadline is not None]
            if not due:
                self._stop_early("deadlock")
                return
            self.now = max(self.now, min(t.deadline for t in due if t.deadline is not None))
            for thread in due:
                if thread.deadline is not None and thread.deadline <= self.now:
                    thread.state, thread.deadline, thread.timed_out = READY, None, True
            if me.state == READY:
                ready = [me, *self._ready_after(me)]
                break
        if chosen := self._choose_from(ready):
            self._open_gate(chosen)

    def _choose_from(self, ready: Sequence[Thread]) -> Thread | None:
        """Choose among threads none of which is running; None if the decision is left open."""
        return self.decide(ready, costs=0) if len(ready) > 1 else ready[0]

    # --- switching -------------------------------------------------------------------------------

    def _open_gate(self, thread: Thread) -> None:
        self._points_left = MAX_POINTS_WITHOUT_SWITCH
        self.current = thread
        thread.gate.release()

    def _block(self, me: Thread) -> None:
        """Block a thread until its gate is opened.

        Raises:
            RunEnded: the run is over.
        """
        try:
            me.gate.acquire()
        except KeyboardInterrupt:
            self.interrupted = self.is_over = True
            raise
        self.current = me
        if self.is_over:
            raise RunEnded

    def _count_step(self) -> None:
        if self.is_over:
            self._refusals += 1
            if self._refusals > _MAX_REFUSALS and self.current is not self.threads[0]:
                # The thread catches every exception in a loop. Block it for good.
                self.current.gate.acquire()
            raise RunEnded
        self.steps_left -= 1
        if self.steps_left < 0:
            self._stop_early("endless")
            self.unwind()

    def unwind(self) -> NoReturn:
        """Raise `RunEnded` in the running thread, because the run is over.

        A thread other than the main one first waits until `end` opens its gate.
        """
        if self.current is not self.threads[0]:
            self._block(self.current)
        raise RunEnded

    def _stop_early(self, verdict: str) -> None:
        """Mark the run as over, and let the main thread continue, which ends all other threads."""
        self.verdict, self.is_over = verdict, True
        if self.current is not self.threads[0] or self.current.state == WAITING:
            self.threads[0].gate.release()

    def _report_stop(self, why: str) -> None:
        if self.observer:
            self.observer.thread_stops(why)

    # --- threads ---------------------------------------------------------------------------------

    def start(self, function: Callable[[], object], on_end: Callable[[], None]) -> Thread:
        """Start a thread, which runs when it is chosen.

        Args:
            function: called in the new thread.
            on_end: called in the new thread when the function has returned or raised, unless the
                run is over.

        Raises:
            RuntimeError: the thread could not be started; `start_error` says why.
        """
        thread = Thread(max(t.ident for t in self.threads) + 1, getattr(function, "__self__", None))

        def body() -> None:
            thread.gate.acquire()
            try:
                if not self.is_over:
                    self.current = thread
                    function()
            except SystemExit:
                pass
            except BaseException as error:
                if not self.is_over:
                    hook: Any = sys.unraisablehook
                    hook(_Unraisable(error, function))
            finally:
                self._end_thread(thread, on_end)

        try:
            _start(body, ())
        except RuntimeError as error:
            # The browser runtime adds a note that says more than "can't start new thread".
            self.start_error = " ".join(getattr(error, "__notes__", [str(error)]))
            raise
        self.threads.append(thread)
        return thread

    def _end_thread(self, thread: Thread, on_end: Callable[[], None]) -> None:
        thread.state = ENDED
        if self.is_over:
            self._unwound.release()
            return
        on_end()
        self._report_stop("end")
        self._run_another(thread)

    def end(self) -> None:
        """End all remaining threads, one after another; the main thread calls this."""
        self.is_over = True
        for thread in self.threads[1:]:
            if thread.state != ENDED:
                thread.gate.release()
                # Do not wait longer than 1 second for a thread that does not end.
                self._unwound.acquire(True, 1.0)


class _Unraisable:
    """Has the attributes that `sys.unraisablehook` expects of its argument."""

    def __init__(self, error: BaseException, function: object) -> None:
        self.exc_type, self.exc_value, self.exc_traceback = type(error), error, error.__traceback__
        self.err_msg, self.object = "Exception ignored in thread started by", function


# The scheduler of the run in progress, if there is one.
_running: list[Scheduler] = []


def current() -> Scheduler:
    """Return the scheduler of the run in progress."""
    return _running[-1]


def is_running() -> bool:
    """Return whether a run is in progress."""
    return bool(_running)


def enter(scheduler: Scheduler) -> None:
    """Make this the scheduler of the run in progress."""
    _running[:] = [scheduler]


def leave() -> None:
    """Forget the scheduler, because its run is over."""
    _running.clear()


def follow(schedule: Sequence[tuple[int, int]]) -> Chooser:
    """Return a chooser that follows a schedule.

    Args:
        schedule: for each decision whose choice is not the default one, its number and the option.
    """
    choices = dict(schedule)

    def choose(number: int, options: int, costs: int) -> int:  # noqa: ARG001
        return min(choices.get(number, 0), options - 1)

    return choose
