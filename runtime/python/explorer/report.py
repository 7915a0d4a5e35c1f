"""Reports explorations and runs as JSON, for the page that shows them.

The page runs `print_exploration` or `print_run`, which write lines of JSON to standard output.

`print_exploration` prints `{"runs": …, "breaking": …, "groups": …}` at intervals to report its
progress, and `{"found": …}` at the end. If the reader stops the exploration after the first run,
`print_exploration` prints `{"found": …}` twice. The first of these lines does not contain the steps
of the runs, because finding them out takes time, and the page waits only for a moment.

`print_run`, with which the reader makes the choices of a single run, prints `{"played": …}`. Both
functions print `{"failed": …}` if the program cannot be run.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from explorer import search, words
from explorer.program import Program, RunResult
from explorer.scheduler import CannotSwitchError
from explorer.search import Exploration, Group
from explorer.steps import Step

type _Report = dict[str, Any]

_PROGRESS_INTERVAL_S = 0.15
# The most groups in a report, and the most groups whose steps are in it.
_MAX_GROUPS = 12
_MAX_GROUPS_WITH_STEPS = 4


def explore(
    source: str,
    filename: str,
    *,
    bound: int = 2,
    runs: int = 2000,
    seed: int | None = None,
    every_bytecode: bool = False,
    progress: Callable[[Exploration], None] = lambda _: None,
    stopped: Callable[[_Report], None] = lambda _: None,
) -> _Report:
    """Explore a program and return the result, ready for `json.dumps`.

    If the user presses Ctrl+C, the result is about the runs until then.

    Args:
        source: the text of the program.
        filename: its name in reports.
        bound: as for `search.explore`.
        runs: as for `search.explore`.
        seed: as for `search.explore`.
        every_bytecode: as for `Program`.
        progress: called after each run.
        stopped: called with the result, but without any steps, if the user presses Ctrl+C after the
            first run.

    Raises:
        SyntaxError: the source is not valid Python.
        CannotSwitchError: the program starts threads, but this environment cannot run any.
        KeyboardInterrupt: the user pressed Ctrl+C before the end of the first run, or while runs
            were repeated to record their steps.
    """
    program = Program(source, filename, every_bytecode=every_bytecode)
    latest: Exploration | None = None

    def remember(found: Exploration) -> None:
        nonlocal latest
        latest = found
        progress(found)

    with program.environment():
        try:
            found = search.explore(program, bound=bound, runs=runs, seed=seed, progress=remember)
        except KeyboardInterrupt:
            if latest is None:
                raise
            found = latest
            found.is_stopped = True
            stopped(_result(program, found, most_with_steps=0))
        return _result(program, found)


def _result(
    program: Program, found: Exploration, most_with_steps: int = _MAX_GROUPS_WITH_STEPS
) -> _Report:
    # Outcomes that break the program come before those that do not. Within both kinds, they are
    # sorted by frequency.
    groups = sorted(found.groups, key=lambda group: (not group.breaks, -group.count))

    def run_of(number: int, group: Group) -> RunResult | None:
        if not group.breaks or number >= most_with_steps:
            return None
        return program.run_schedule(group.schedule, with_steps=True)

    return {
        "runs": found.runs,
        "breaking": found.breaking,
        "complete": found.complete,
        "reached": found.reached,
        "result": words.result(found),
        "groups": [
            _group(group, run_of(number, group))
            for number, group in enumerate(groups[:_MAX_GROUPS])
        ],
    }


def _group(group: Group, run: RunResult | None = None) -> _Report:
    return {
        "kind": group.kind,
        "count": group.count,
        "ending": words.ending(group),
        "line": group.line,
        "stdout": group.stdout,
        "schedule": group.schedule,
        "steps": [_step(step) for step in run.steps] if run else [],
        "stepCount": run.step_count if run else 0,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "who": step.actor,
        "line": step.lines[-1] if step.lines else 0,
        "why": step.why,
        "text": words.step(step),
        "stdout": step.stdout,
        "values": step.values,
    }


def run_choices(
    source: str,
    filename: str,
    choices: Sequence[int],
    *,
    to_the_end: bool = False,
    every_bytecode: bool = False,
) -> dict[str, Any]:
    """Run a program with the reader's choices and return its state, ready for `json.dumps`.

    Args:
        source: the text of the program.
        filename: its name in reports.
        choices: as for `Program.run_choices`.
        to_the_end: as for `Program.run_choices`.
        every_bytecode: as for `Program`.

    Raises:
        SyntaxError: the source is not valid Python.
        CannotSwitchError: the program starts threads, but this environment cannot run any.
    """
    program = Program(source, filename, every_bytecode=every_bytecode)
    with program.environment():
        result = program.run_choices(choices, to_the_end=to_the_end)
    return {
        "kind": result.kind,
        "breaks": result.breaks,
        "ending": "" if result.kind == "open" else words.ending(result),
        "line": result.line,
        "choices": [decision.choice for decision in result.decisions],
        "chosen": words.chosen(result),
        "steps": [_step(step) for step in result.steps],
        "stepCount": result.step_count,
        "printedBefore": result.printed_before,
        "options": [
            {"who": option.actor, "line": option.line, "text": words.option(option)}
            for option in result.options
        ],
    }


def _print_report(make_report: Callable[[Callable[[_Report], None]], _Report]) -> None:
    """Print the report that a function makes, or the reason why it could not be made.

    Args:
        make_report: returns the report. Its argument is a function that prints a report before
            that, for example about progress.
    """
    output = sys.stdout

    def write(report: _Report) -> None:
        output.write(json.dumps(report) + "\n")
        output.flush()

    try:
        write(make_report(write))
    except SyntaxError as error:
        write({"failed": f"Line {error.lineno}: {error.msg}."})
    except CannotSwitchError as error:
        write({"failed": str(error)})


def _read_source(name: str) -> str:
    return (Path(__file__).parents[1] / name).read_text(encoding="utf-8")


def print_exploration(
    name: str,
    filename: str,
    bound: int,
    runs: int,
    seed: int | None = None,
    *,
    every_bytecode: bool,
) -> None:
    """Explore a program and print its progress and result; see the docstring of this module.

    Args:
        name: the file with the text of the program, in the folder that contains this package.
        filename: the name of the program in reports.
        bound: as for `search.explore`.
        runs: as for `search.explore`.
        seed: as for `search.explore`.
        every_bytecode: as for `Program`.
    """
    # Look the function up now, because the exploration replaces `time.monotonic`.
    clock = time.monotonic

    def make_report(write: Callable[[_Report], None]) -> _Report:
        last = clock()

        def progress(found: Exploration) -> None:
            nonlocal last
            if clock() - last > _PROGRESS_INTERVAL_S:
                last = clock()
                # The page shows these groups if the program is ended without Ctrl+C.
                breaking = [_group(group) for group in found.groups if group.breaks][:_MAX_GROUPS]
                write({"runs": found.runs, "breaking": found.breaking, "groups": breaking})

        source = _read_source(name)
        found = explore(
            source,
            filename,
            bound=bound,
            runs=runs,
            seed=seed,
            every_bytecode=every_bytecode,
            progress=progress,
            stopped=lambda found: write({"found": found}),
        )
        return {"found": found}

    _print_report(make_report)


def print_run(
    name: str, filename: str, choices: Sequence[int], to_the_end: bool, *, every_bytecode: bool
) -> None:
    """Run a program with the reader's choices and print its state.

    Args:
        name: the file with the text of the program, in the folder that contains this package.
        filename: the name of the program in reports.
        choices: as for `Program.run_choices`.
        to_the_end: as for `Program.run_choices`.
        every_bytecode: as for `Program`.
    """

    def make_report(_: object) -> _Report:
        source = _read_source(name)
        played = run_choices(
            source, filename, choices, to_the_end=to_the_end, every_bytecode=every_bytecode
        )
        return {"played": played}

    _print_report(make_report)
