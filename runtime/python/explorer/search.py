"""Searches the schedules of a program, either all within a bound or some at random.

Most programs have far too many schedules to run them all. Schedules with few non-default choices
reveal most bugs, so they are run first: those without any, then those with one, then two. Only some
non-default choices count here and towards the bound: those that preempt a thread that could
continue, or run a task before another one that was ready earlier.

The method is from Madanlal Musuvathi and Shaz Qadeer, "Iterative Context Bounding for Systematic
Testing of Multithreaded Programs", PLDI 2007, https://doi.org/10.1145/1250734.1250785.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from explorer.program import Program, RunResult
from explorer.scheduler import Chooser

# The number of each decision whose choice is not the default one, and the option.
type Schedule = tuple[tuple[int, int], ...]

# Probability that a random schedule takes the default option if the others have costs: for example,
# that the running thread continues at a switch point. Otherwise one of all the options is drawn,
# which may be the default one as well. Schedules that switch at every step find fewer bugs.
_CONTINUE_PROBABILITY = 0.7
# Number of switch points and waits, in all runs, after which an exploration ends.
_MAX_POINTS = 1_000_000
# Once this many outcomes have been kept, only further outcomes that break the program are kept.
_MAX_GROUPS = 50


@dataclass
class Group:
    """Runs with the same outcome.

    Attributes:
        kind: as in `RunResult`.
        text: as in `RunResult`.
        line: as in `RunResult`, of the first run.
        stdout: what the program printed.
        schedule: the schedule of the first run. Unless schedules are random, no other run of the
            group has fewer choices that count towards the bound.
        count: number of runs.
    """

    kind: str
    text: str
    line: int
    stdout: str
    schedule: Schedule
    count: int = 0

    @property
    def breaks(self) -> bool:
        """Whether the program failed, deadlocked or did not end in these runs."""
        return self.kind != "ok"


@dataclass
class Exploration:
    """The result of an exploration.

    Attributes:
        bound: maximum number of choices per schedule that count; None for random schedules.
        seed: seed of random schedules, or None.
        runs: number of schedules that were run.
        breaking: number of runs that broke the program.
        groups: the outcomes that were kept, in the order in which they were first seen.
        reached: all schedules with at most this number of choices that count were run; -1 if not
            even all schedules without such choices were run, or if schedules are random.
        complete: whether all schedules of the program were run.
        tasks: whether there were decisions between tasks.
        threads: whether there were decisions between threads.
        every_bytecode: whether threads could switch between any two bytecodes.
        untried: number of schedules within the bound that were known but not run when a limit on
            the number of runs or steps ended the exploration; otherwise 0. Running them might have
            revealed further schedules.
        is_stopped: whether the user stopped the exploration.
        is_reproducible: whether each run followed its schedule. A program that depends on something
            that the explorer does not control, such as `os.urandom`, may deviate.
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
    every_bytecode: bool = False
    untried: int = 0
    is_stopped: bool = False
    is_reproducible: bool = True

    def add(self, result: RunResult, schedule: Schedule) -> None:
        """Add the result of a run that followed this schedule."""
        self.runs += 1
        self.breaking += result.breaks
        self.tasks = self.tasks or any(decision.tasks for decision in result.decisions)
        self.threads = self.threads or any(not decision.tasks for decision in result.decisions)
        key = result.kind, result.text, result.stdout
        for group in self.groups:
            if (group.kind, group.text, group.stdout) == key:
                group.count += 1
                return
        if result.breaks or len(self.groups) < _MAX_GROUPS:
            self.groups.append(
                Group(result.kind, result.text, result.line, result.stdout, schedule, count=1)
            )


def schedule_of(result: RunResult) -> Schedule:
    """Return the schedule that reproduces a run."""
    decisions = enumerate(result.decisions)
    return tuple((number, decision.choice) for number, decision in decisions if decision.choice)


def explore(
    program: Program,
    *,
    bound: int = 2,
    runs: int = 2000,
    seed: int | None = None,
    progress: Callable[[Exploration], None] = lambda _: None,
) -> Exploration:
    """Run a program under many schedules.

    Args:
        program: the program, within its `environment`.
        bound: maximum number of choices per schedule that count; see the module docstring.
        runs: maximum number of schedules to run; fewer are run if there are no more, or if they
            have very many steps.
        seed: if this is not None, run random schedules instead, which are the same for the same
            seed.
        progress: called after each run.
    """
    if seed is not None:
        return _explore_at_random(program, runs, seed, progress)
    found = Exploration(bound, every_bytecode=program.every_bytecode)
    # For each number of choices that count, the schedules that have yet to be run. The last queue
    # is for schedules beyond the bound. It keeps only one, which shows that there are any.
    waiting: list[deque[Schedule]] = [deque() for _ in range(bound + 1)]
    waiting.append(deque(maxlen=1))
    waiting[0].append(())
    points = 0
    for level in range(bound + 1):
        while waiting[level]:
            if found.runs >= runs or points >= _MAX_POINTS:
                found.untried = sum(len(queue) for queue in waiting[: bound + 1])
                return found
            schedule = waiting[level].popleft()
            result = program.run_schedule(schedule)
            points += result.points
            found.add(result, schedule_of(result))
            found.is_reproducible = found.is_reproducible and schedule_of(result) == schedule
            _branch(result, schedule, level, waiting)
            progress(found)
            if found.runs == 1 and result.kind == "endless":
                return found  # The program is too long to be explored.
        found.reached = level
        if not any(waiting[level + 1 :]):
            found.complete = True
            return found
    return found


def _branch(
    result: RunResult, schedule: Schedule, level: int, waiting: list[deque[Schedule]]
) -> None:
    """Queue the schedules that extend the one of this run by one more non-default choice.

    Args:
        result: the run.
        schedule: its schedule.
        level: the number of non-default choices in it that count towards the bound.
        waiting: the queue for each number of such choices.
    """
    first = schedule[-1][0] + 1 if schedule else 0
    for number in range(first, len(result.decisions)):
        decision = result.decisions[number]
        more = min(level + decision.costs, len(waiting) - 1)
        for choice in range(1, decision.options):
            waiting[more].append((*schedule, (number, choice)))


def _random_chooser(generator: random.Random) -> Chooser:
    def choose(number: int, options: int, costs: int) -> int:  # noqa: ARG001
        # If the other options have costs, option 0 is the running thread, or the task that became
        # ready first.
        if costs and generator.random() < _CONTINUE_PROBABILITY:
            return 0
        return generator.randrange(options)

    return choose


def _explore_at_random(
    program: Program, runs: int, seed: int, progress: Callable[[Exploration], None]
) -> Exploration:
    points = 0
    found = Exploration(None, seed, every_bytecode=program.every_bytecode)
    for number in range(runs):
        generator = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret
        result = program.run(_random_chooser(generator))
        points += result.points
        found.add(result, schedule_of(result))
        progress(found)
        if points >= _MAX_POINTS:
            break
    return found
