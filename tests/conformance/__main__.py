"""Runs CPython's own tests of the network in a browser, and prints the counts of each module."""

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.browser import ENGINES, Ended, Engine, run_in_browser
from mkdocs_runnable.recording.execute import Chunk
from tests.conformance import results, source
from tests.conftest import REPOSITORY

_HERE = Path(__file__).parent
_CACHE = REPOSITORY / ".cache" / "conformance"
_RUNTIME = REPOSITORY / "build" / "runtime"
_LOCK = REPOSITORY / "node_modules" / "pyodide" / "pyodide-lock.json"
# Child processes import the program as well, and must not run the tests again.
_PROGRAM = """
import in_page

in_page.allow()
if __name__ == "__main__":
    in_page.main({module!r}, {only!r})
"""
# How long the tests of one module may take, in seconds. Those of sockets take longest.
_LIMIT_S = 1200
# The share of the tests that has to pass; see `results.share`.
_GOAL = 0.95
# What the tests need of the suite, apart from their own modules.
_SHARED = ("__init__.py", "support", "certdata", "ssl_servers.py", "test_asyncio")


def main() -> int:
    """Run the tests, and return the exit status.

    It is 2 if the tests cannot be run, 1 if one of them has a fault or too few of them pass, and
    otherwise 0. Faults do not count with ``--only`` and ``--all``, and the share of passing tests
    counts only if all modules are run.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("modules", nargs="*", help="parts of the names of modules; default: all")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: both")
    parser.add_argument("--only", default="", help="a part of the names of the tests to run")
    parser.add_argument("--all", action="store_true", help="run the excluded tests as well")
    arguments = parser.parse_args()
    python = json.loads(_LOCK.read_text(encoding="utf-8"))["info"]["python"]
    expected = results.read(_HERE / "expected.toml")
    modules = [
        name
        for name in expected.modules
        if not arguments.modules or any(part in name for part in arguments.modules)
    ]
    try:
        suite = source.find(_CACHE, python.rpartition(".")[0])
        print(f"CPython's tests are {suite.version}; the browser's Python is {python}.")
        groups = () if arguments.all else expected.groups
        programs = _prepare(suite, modules, [name for each in groups for name in each.tests])
        is_whole = not (arguments.only or arguments.all)
        for program in programs:
            program.write_text(
                _PROGRAM.format(module=program.stem, only=arguments.only),
                encoding="utf-8",
            )
        outcomes = [_run(engine, programs, expected) for engine in arguments.engine or ENGINES]
    except (RunnableError, source.SourceError) as error:
        print(error, file=sys.stderr)
        return 2
    failures = [each for outcome in outcomes for each in results.faults(outcome, expected)]
    if not is_whole:
        failures = []
    shares = [results.share(outcome, expected) for outcome in outcomes]
    for each in failures:
        print(each, file=sys.stderr)
    return int(bool(failures) or (is_whole and not arguments.modules and min(shares) < _GOAL))


def _prepare(suite: source.Source, modules: list[str], excluded: list[str]) -> list[Path]:
    """Make the folder from which the programs import the tests, and an empty one for the programs.

    Returns:
        The path of the program for each module, which the caller has to write.
    """
    folder = _CACHE / "library"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "test").mkdir(parents=True)
    own = [f"{name.split('.')[1]}.py" for name in modules if name.count(".") == 1]
    for name in (*_SHARED, *own):
        origin, target = suite.folder / name, folder / "test" / name
        if origin.is_dir():
            shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, target)
    shutil.copy(_HERE / "in_page.py", folder)
    (folder / "excluded.json").write_text(json.dumps(excluded), encoding="utf-8")
    programs = _CACHE / "programs"
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir()
    return [programs / f"{name}.py" for name in modules]


def _run(
    engine: Engine, programs: list[Path], expected: results.Expectations
) -> list[results.ModuleResult]:
    """Run the programs in a browser, and print the counts of each module.

    What the tests print is saved in files.
    """
    print(f"\n{engine:40} passed failed skipped excluded")
    found: list[results.ModuleResult] = []
    logs = _CACHE / "logs" / engine
    logs.mkdir(parents=True, exist_ok=True)
    text, before = "", time.monotonic()
    for file, event in run_in_browser(
        _RUNTIME, programs, engine, timeout=_LIMIT_S, extra_path=_CACHE / "library"
    ):
        if isinstance(event, Chunk):
            text += event.text
        elif isinstance(event, Ended):
            (logs / f"{file.stem}.txt").write_text(text, encoding="utf-8")
            result = results.parse(file.stem, text)
            found.append(result)
            counts = [result.count(each) for each in ("passed", "failed", "skipped", "excluded")]
            rest = "" if result.is_complete else f"  {event.outcome}: {event.message}"
            seconds = time.monotonic() - before
            print(
                f"  {result.name:38}{counts[0]:7}{counts[1]:7}{counts[2]:8}{counts[3]:9}"
                f"  {seconds:.0f} s{rest}",
                flush=True,
            )
            text, before = "", time.monotonic()
    print(f"  {results.share(found, expected):.1%} pass of those that a network here could pass")
    reasons = sum((result.reasons for result in found), Counter[str]())
    for reason, number in reasons.most_common():
        print(f"  {number:4} skipped: {reason}")
    return found


if __name__ == "__main__":
    sys.exit(main())
