"""Compares recordings with runs that browser tests started by pressing Run on widgets.

Each line of input is one run, ``{"name": "tea/brewing", "chunks": [{"stream": "stdout", "text":
"…"}], "status": 0}``. Native snippets do not run in browsers, so their results are "skipped".

The file ``differences.toml`` in the folder of the snippets is the ledger of known differences
between a browser's run and the recording, by snippet and engine, each with its reason:

.. code-block:: toml

    ["tea/brewing"]
    firefox = "Its clock has steps of 1 ms, so both cups seem to be ready together."

A difference that is not in the ledger is a failure. So that the ledger stays correct, an entry also
fails if its difference no longer occurs, and it is an error if the entry names no snippet.
"""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import replace

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.browser import ENGINES
from mkdocs_runnable.recording.check import Result, check_execution
from mkdocs_runnable.recording.execute import Chunk, Execution
from mkdocs_runnable.recording.verification import Runner, write_results
from mkdocs_runnable.snippets.snippet import Library

_LEDGER = "differences.toml"


def judge(
    project: Project, runner: Runner, lines: Iterable[str], *, keep: bool = True
) -> list[Result]:
    """Compare runs with the recordings of their snippets.

    Args:
        project: The project with the snippets.
        runner: The browser in which the snippets ran.
        lines: The runs, one JSON object each.
        keep: Save the results for ``/verification.json``, if the project publishes it.

    Returns:
        The results of the snippets that were run.

    Raises:
        RunnableError: A line is not a run, or names no snippet, or the ledger cannot be used.
    """
    library = project.library
    ledger = read_ledger(library)
    where = library.where(library.root / _LEDGER)
    runs = dict(map(_parse, lines))
    results = []
    for name in library.names():
        snippet = library.load(name)
        if snippet.header.native:
            results.append((snippet, Result(name, "skipped", snippet.header.native)))
        elif name in runs:
            result = check_execution(snippet, library, runs.pop(name))
            reason = ledger.get(name, {}).get(runner.stem)
            results.append((snippet, _by_ledger(result, reason, where)))
    if unknown := sorted(runs.keys() - set(library.names())):
        raise RunnableError(f"{unknown[0]} was run, but there is no such snippet.")
    if keep and project.verification:
        write_results(project.verification, results, project.root, runner)
    return [result for _, result in results if result.outcome != "skipped"]


def read_ledger(library: Library) -> dict[str, dict[str, str]]:
    """Return the known differences.

    Returns:
        Name of a snippet → engine → reason for the difference.

    Raises:
        RunnableError: The file cannot be read, or an entry has no reason or an unknown engine, or
            its name belongs to no snippet, or to one that does not run in browsers.
    """
    path = library.root / _LEDGER
    where = library.where(path)
    if not path.exists():
        return {}
    try:
        ledger = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunnableError(f"{where}: cannot be read ({error}).") from None
    names = [name for name in library.names() if not library.load(name).header.native]
    for name, reasons in ledger.items():
        if name not in names:
            raise RunnableError(f"{where}: {name!r} is not a snippet that runs in the browser.")
        for engine, reason in reasons.items():
            if engine not in ENGINES or not isinstance(reason, str) or not reason.strip():
                raise RunnableError(
                    f"{where}: {name}: expected a reason for one of {', '.join(ENGINES)}, "
                    f"but received {engine} = {reason!r}."
                )
    return ledger


def _by_ledger(result: Result, reason: str | None, where: str) -> Result:
    """Let a known difference pass, and let a result without its known difference fail."""
    if reason is None:
        return result
    if result.outcome == "failed":
        return replace(result, outcome="passed", detail=f"known difference: {reason}")
    gone = f"the known difference no longer occurs. Remove it from {where}."
    return replace(result, outcome="failed", detail=gone)


def _parse(line: str) -> tuple[str, Execution]:
    try:
        run = json.loads(line)
        chunks = tuple(Chunk(chunk["stream"], chunk["text"]) for chunk in run["chunks"])
        return run["name"], Execution(chunks, int(run["status"]), None, 0.0)
    except (ValueError, TypeError, KeyError) as error:
        raise RunnableError(f"not a run: {line.rstrip()!r} ({error})") from None
