"""Tries schedules: all of them within bounds, or some at random.

All schedules are far too many. Those with few unusual choices find most faults, so they come first:
none, then one, then two. Madanlal Musuvathi and Shaz Qadeer, "Iterative Context Bounding for
Systematic Testing of Multithreaded Programs", PLDI 2007. A choice counts if it takes the turn away
from a thread that could go on, or lets a task go before one that was ready earlier.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from explorer.program import Program, Ran
from explorer.scheduler import Chooser

# Number of a decision, and which of its options, where it is not the usual one.
type Schedule = tuple[tuple[int, int], ...]

# How likely the running one goes on where it can, in random schedules.
_KEEP = 0.7
# So many different outputs are kept.
_MOST_GROUPS = 50


@dataclass
class Group:
    """Runs that ended alike.

    Attributes:
        kind: see `Ran`.
        text: what went wrong.
        line: where.
        stdout: what they printed.
        schedule: the first one that led to it; none has fewer unusual choices.
        count: how many there were.
    """

    kind: str
    text: str
    line: int
    stdout: str
    schedule: Schedule
    count: int = 0

    @property
    def breaks(self) -> bool:
        """Whether these runs did not come to a good end."""
        return self.kind != "ok"


@dataclass
class Found:
    """What an exploration has found.

    Attributes:
        runs: how many schedules were run.
        breaking: how many of them broke the program.
        groups: how they ended, in the order in which that was first seen.
        bound: schedules with at most so many unusual choices were to be run; None if at random.
        reached: all schedules with at most so many were run; -1 if not even those with none.
        complete: there are no others at all.
        tasks: whether there were decisions between tasks.
        threads: whether there were decisions between threads.
        seed: of random schedules.
        steady: each run met the decisions that its schedule is about. Not so if the program looks
            at more than what is replaced here, such as `os.urandom`.
    """

    bound: int | None
    seed: int | None = None
    runs: int = 0
    breaking: int = 0
    groups: list[Group] = field(default_factory=list)
    reached: int = -1
    complete: bool = False
    tasks: bool = False
    threads: bool = False
    steady: bool = True

    @property
    def broken(self) -> list[Group]:
        """The ways in which the program breaks."""
        return [group for group in self.groups if group.breaks]

    def add(self, ran: Ran, schedule: Schedule) -> None:
        """Count one more run."""
        self.runs += 1
        self.breaking += ran.breaks
        self.tasks = self.tasks or any(each.tasks for each in ran.decisions)
        self.threads = self.threads or any(not each.tasks for each in ran.decisions)
        key = ran.kind, ran.text, ran.stdout
        for group in self.groups:
            if (group.kind, group.text, group.stdout) == key:
                group.count += 1
                return
        # Ways to break are never left out.
        if ran.breaks or len(self.groups) < _MOST_GROUPS:
            self.groups.append(Group(ran.kind, ran.text, ran.line, ran.stdout, schedule, 1))


def schedule_of(ran: Ran) -> Schedule:
    """Return the choices of a run that were not the usual ones."""
    return tuple((n, each.choice) for n, each in enumerate(ran.decisions) if each.choice)


def explore(
    program: Program,
    *,
    bound: int = 2,
    runs: int = 2000,
    seed: int | None = None,
    progress: Callable[[Found], None] = lambda _: None,
) -> Found:
    """Run a program under many schedules.

    Args:
        program: it is entered already.
        bound: how many unusual choices a schedule has at most.
        runs: how many schedules are run at most.
        seed: run random schedules, `runs` of them: the same ones for the same seed.
        progress: is told after each run.
    """
    if seed is not None:
        return _at_random(program, runs, seed, progress)
    found = Found(bound)
    # By number of unusual choices: schedules that have yet to be run.
    waiting: list[deque[Schedule]] = [deque() for _ in range(bound + 2)]
    waiting[0].append(())
    for level in range(bound + 1):
        while waiting[level]:
            if found.runs >= runs:
                return found
            schedule = waiting[level].popleft()
            ran = program.follow_fast(schedule)
            found.add(ran, schedule_of(ran))
            found.steady = found.steady and schedule_of(ran) == schedule
            _branch(ran, schedule, level, waiting)
            progress(found)
            if found.runs == 1 and ran.kind == "endless":
                return found  # As would be the others: it is too long to be explored.
        found.reached = level
        if not any(waiting[level + 1 :]):
            found.complete = True
            return found
    return found


def _branch(ran: Ran, schedule: Schedule, level: int, waiting: list[deque[Schedule]]) -> None:
    """Note the schedules that differ from this run in one choice after those that it was given."""
    first = schedule[-1][0] + 1 if schedule else 0
    for number in range(first, len(ran.decisions)):
        decision = ran.decisions[number]
        more = min(level + decision.costs, len(waiting) - 1)
        for choice in range(1, decision.options):
            waiting[more].append((*schedule, (number, choice)))


def _by(chance: random.Random) -> Chooser:
    def choose(number: int, options: int, costs: int) -> int:  # noqa: ARG001
        # Runs that change turns at every step find less.
        if costs and chance.random() < _KEEP:
            return 0
        return chance.randrange(options)

    return choose


def _at_random(program: Program, runs: int, seed: int, progress: Callable[[Found], None]) -> Found:
    found = Found(None, seed)
    for number in range(runs):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret

        ran = program.run(_by(chance))
        found.add(ran, schedule_of(ran))
        progress(found)
    return found
