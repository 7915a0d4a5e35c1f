"""Repeats test files at three paces, to find tests that depend on the speed of the machine.

The files run alone on the machine, then restricted to one core (with ``taskset``, if it exists),
and then beside four processes that compute all the time. Each test has to pass every time at every
pace.
"""

import argparse
import asyncio
import shutil
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.suite.jobs import Job, JobResult, Outcome, all_jobs, node_command, pytest_command, run

# How many processes compute beside the tests at the pace "busy". On a machine with two cores, this
# is twice as much as the cores can do.
BUSY_PROCESSES = 4
PACES = ("alone", "one core", "busy")
COMPUTE = "while True: pass"  # the program of these processes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``stress``."""
    parser.add_argument(
        "files",
        nargs="*",
        help="test files of Node (*.test.ts) or pytest (*.py); all when none is named",
    )
    parser.add_argument("--times", type=int, default=5, help="runs at each pace (5)")
    parser.add_argument("--only", default="", help="a regular expression for the names of tests")
    parser.add_argument("--pace", choices=PACES, action="append", help="one pace only; repeatable")


def job_for(file: str, only: str) -> Job:
    """Return the job that runs one test file.

    Raises:
        ValueError: The file does not exist or is not a test.
    """
    path = Path(file.partition("::")[0])
    if not (REPOSITORY / path).exists():
        raise ValueError(f"There is no {path}.")
    if path.name.endswith(".test.ts"):
        return Job("browsers", file, node_command([file], only), 1)
    if path.suffix == ".py" or (REPOSITORY / path).is_dir():
        filters = ["-k", only] if only else []
        return Job("python", file, pytest_command([file, *filters]), 1)
    raise ValueError(f"{path} is no test: its name ends neither in .test.ts nor in .py.")


@asynccontextmanager
async def busy_processes(count: int) -> AsyncIterator[None]:
    """Keep this many processes computing while the block runs."""
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", COMPUTE) for _ in range(count)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            await process.wait()


async def main(arguments: argparse.Namespace) -> int:
    """Repeat the files at each pace. Return 1 if a test failed, 2 if a file cannot be run."""
    try:
        jobs = [job_for(file, arguments.only) for file in arguments.files] or all_jobs()
    except ValueError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    # Test → pace → the result of each run.
    results: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    details: list[str] = []

    def report(result: JobResult, outcome: Outcome) -> None:
        print(f"    FAILED {outcome.name}", flush=True)  # noqa: T201
        details.append(f"--- {result.job.name}: {outcome.name}\n{outcome.detail}")

    for pace in arguments.pace or PACES:
        prefix: tuple[str, ...] = ()
        if pace == "one core":
            if shutil.which("taskset") is None:
                print("one core: left out, because there is no taskset here")  # noqa: T201
                continue
            prefix = ("taskset", "--cpu-list", "0")
        async with busy_processes(BUSY_PROCESSES if pace == "busy" else 0):
            for number in range(1, arguments.times + 1):
                for job in jobs:
                    result = JobResult(job)
                    await run(replace(job, command=prefix + job.command), report, result)
                    for outcome in result.outcomes.values():
                        results[f"{job.name}: {outcome.name}"][pace].append(outcome.result)
                    counts = ", ".join(
                        f"{result.count(how)} {how}" for how in ("passed", "failed", "skipped")
                    )
                    where = f"{pace}, {number} of {arguments.times}, {job.name}"
                    print(f"{where}: {counts} in {result.seconds:.0f} s", flush=True)  # noqa: T201
    return conclude(results, details)


def conclude(results: dict[str, dict[str, list[str]]], details: list[str]) -> int:
    """Print the failed tests, with how often they passed at each pace, and the closing line.

    Args:
        results: Test → pace → the result of each run.
        details: The messages of all failures.

    Returns:
        The exit status: 1 if a test failed, else 0.
    """
    failed = {
        test: paces
        for test, paces in results.items()
        if any("failed" in outcomes for outcomes in paces.values())
    }
    skipped = sum(
        all(set(each) == {"skipped"} for each in paces.values()) for paces in results.values()
    )
    for detail in details:
        print(f"\n{detail}")  # noqa: T201
    for test, paces in sorted(failed.items()):
        counts = ", ".join(
            f"{pace}: {outcomes.count('passed')} of {len(outcomes)}"
            for pace, outcomes in paces.items()
        )
        print(f"Not at every pace: {test} ({counts})")  # noqa: T201
    passed = len(results) - len(failed) - skipped
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")  # noqa: T201
    return 1 if failed else 0
