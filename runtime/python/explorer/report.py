"""All that a page shows of an exploration, as JSON.

To a page it is told in lines on standard output: `{"runs": …}` as it goes on, `{"found": …}` at
last, or `{"failed": …}`.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer import search, words
from explorer.program import Program
from explorer.scheduler import CannotSwitchError
from explorer.search import Found, Group

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
        "steps": [
            {
                "who": step.who,
                "line": step.lines[-1] if step.lines else 0,
                "why": step.why,
                "text": words.step(step),
                "stdout": step.stdout,
                "values": step.values,
            }
            for step in steps
        ],
    }


def tell_of_file(name: str, filename: str, bound: int, runs: int) -> None:
    """Explore a program and tell of it on standard output, as said above.

    Args:
        name: the file its text is in, beside this package.
        filename: its name in reports.
        bound: as for `make`.
        runs: as for `make`.
    """
    source = (Path(__file__).parents[1] / name).read_text(encoding="utf-8")
    output, clock, last = sys.stdout, time.monotonic, time.monotonic()

    def write(what: dict[str, Any]) -> None:
        output.write(json.dumps(what) + "\n")
        output.flush()

    def progress(found: Found) -> None:
        nonlocal last
        if clock() - last > _OFTEN:
            last = clock()
            write({"runs": found.runs, "breaking": found.breaking})

    try:
        write({"found": make(source, filename, bound=bound, runs=runs, progress=progress)})
    except SyntaxError as error:
        write({"failed": f"Line {error.lineno}: {error.msg}."})
    except CannotSwitchError as error:
        write({"failed": str(error)})
