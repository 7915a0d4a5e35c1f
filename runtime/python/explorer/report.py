"""All that a page shows of an exploration, as JSON.

To a page it is told in lines on standard output: `{"runs": …}` as it goes on, `{"found": …}` at
last, or `{"failed": …}`. Of a run whose choices the reader makes it is told `{"played": …}`.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from explorer import search, words
from explorer.program import Program
from explorer.scheduler import CannotSwitchError
from explorer.search import Found, Group
from explorer.steps import Step

# Seconds between two lines that tell how far it is.
_OFTEN = 0.15
# So many endings are told, of so many of them the steps, and so many of each.
_MOST, _MOST_SHOWN, _MOST_STEPS = 12, 4, 200


def make(
    source: str,
    filename: str,
    *,
    bound: int = 2,
    runs: int = 2000,
    seed: int | None = None,
    progress: Callable[[Found], None] = lambda _: None,
) -> dict[str, Any]:
    """Explore a program and return what was found, ready for `json.dumps`.

    Args:
        source: the text of the program.
        filename: its name in reports.
        bound: see `search.explore`, as for the others.
        runs: how many schedules at most.
        seed: for random ones.
        progress: is told after each run.

    Raises:
        SyntaxError: the source is no Python.
        CannotSwitchError: it starts threads, and there can be none here.
    """
    program = Program(source, filename)
    with program.entered():
        found = search.explore(program, bound=bound, runs=runs, seed=seed, progress=progress)
        # Those that break the program first; of both the commonest.
        groups = sorted(found.groups, key=lambda each: (not each.breaks, -each.count))[:_MOST]
        told = [
            _group(program, group, with_steps=group.breaks and number < _MOST_SHOWN)
            for number, group in enumerate(groups)
        ]
    return {
        "runs": found.runs,
        "breaking": found.breaking,
        "complete": found.complete,
        "reached": found.reached,
        "result": words.result(found),
        "groups": told,
    }


def _group(program: Program, group: Group, *, with_steps: bool) -> dict[str, Any]:
    steps = program.follow(group.schedule).steps[:_MOST_STEPS] if with_steps else ()
    return {
        "kind": group.kind,
        "count": group.count,
        "ending": words.ending(group),
        "line": group.line,
        "stdout": group.stdout,
        "schedule": group.schedule,
        "steps": [_step(step) for step in steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "who": step.who,
        "line": step.lines[-1] if step.lines else 0,
        "why": step.why,
        "text": words.step(step),
        "stdout": step.stdout,
        "values": step.values,
    }


def played(
    source: str, filename: str, choices: Sequence[int], *, to_the_end: bool = False
) -> dict[str, Any]:
    """Run a program with somebody's choices; see `Program.play`.

    Returns:
        How far it came and how it stands there, ready for `json.dumps`.

    Raises:
        SyntaxError: the source is no Python.
        CannotSwitchError: it starts threads, and there can be none here.
    """
    program = Program(source, filename)
    with program.entered():
        ran = program.play(choices, to_the_end=to_the_end)
    return {
        "kind": ran.kind,
        "breaks": ran.breaks,
        "ending": "" if ran.kind == "open" else words.ending(ran),
        "line": ran.line,
        "choices": [each.choice for each in ran.decisions],
        "chosen": words.chosen(ran),
        "steps": [_step(step) for step in ran.steps[-_MOST_STEPS:]],
        "options": [
            {"who": each.who, "line": each.line, "text": words.option(each)} for each in ran.options
        ],
    }


def _tell(make_told: Callable[[Callable[[dict[str, Any]], None]], dict[str, Any]]) -> None:
    """Tell what is made, or why it could not be; whoever makes it may tell how far that is."""
    output = sys.stdout

    def write(what: dict[str, Any]) -> None:
        output.write(json.dumps(what) + "\n")
        output.flush()

    try:
        write(make_told(write))
    except SyntaxError as error:
        write({"failed": f"Line {error.lineno}: {error.msg}."})
    except CannotSwitchError as error:
        write({"failed": str(error)})


def _text_of(name: str) -> str:
    return (Path(__file__).parents[1] / name).read_text(encoding="utf-8")


def tell_of_file(name: str, filename: str, bound: int, runs: int, seed: int | None = None) -> None:
    """Explore a program and tell of it on standard output, as said above.

    Args:
        name: the file its text is in, beside this package.
        filename: its name in reports.
        bound: as for `make`.
        runs: as for `make`.
        seed: as for `make`.
    """
    clock = time.monotonic

    def explored(write: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        last = clock()

        def progress(found: Found) -> None:
            nonlocal last
            if clock() - last > _OFTEN:
                last = clock()
                write({"runs": found.runs, "breaking": found.breaking})

        source = _text_of(name)
        found = make(source, filename, bound=bound, runs=runs, seed=seed, progress=progress)
        return {"found": found}

    _tell(explored)


def tell_played(name: str, filename: str, choices: Sequence[int], to_the_end: bool) -> None:
    """Run a program with somebody's choices and tell of it on standard output, as said above.

    Args:
        name: the file its text is in, beside this package.
        filename: its name in reports.
        choices: as for `played`.
        to_the_end: as for `played`.
    """
    _tell(
        lambda _: {"played": played(_text_of(name), filename, choices, to_the_end=to_the_end)},
    )
