"""Runs the whole suite, shows its progress, and reports all failures together."""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.suite.jobs import (
    CAPACITY,
    Group,
    Job,
    JobResult,
    Outcome,
    all_jobs,
    expected_seconds,
    run,
)

# How long each job took in the last run, so that the longest jobs start first.
TIMES = REPOSITORY / "build" / "suite.json"
# How long each test took, by job, which shows where the suite could become faster.
TEST_TIMES = REPOSITORY / "build" / "suite_tests.json"
TITLES: dict[Group, str] = {
    "modules": "TypeScript modules",
    "python": "Python, snippets and pages",
    "browsers": "the built site in browsers",
}
# Seconds between two lines of progress if the output is not a terminal.
PROGRESS_INTERVAL_S = 30


class Slots:
    """Lets jobs run side by side as long as their weights add up to no more than the capacity.

    Waiting jobs are considered in the order in which they came, and the first one that fits starts.
    While other jobs run, smaller jobs overtake one that needs the whole machine.
    """

    def __init__(self, capacity: int) -> None:
        """Start with all of the capacity free."""
        self._free = capacity
        self._changed = asyncio.Condition()

    async def take(self, weight: int) -> None:
        """Wait until this much of the capacity is free, and reserve it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._free >= weight)
            self._free -= weight

    async def put_back(self, weight: int) -> None:
        """Release capacity that ``take`` has reserved."""
        async with self._changed:
            self._free += weight
            self._changed.notify_all()


class Progress:
    """Shows the progress of the suite.

    In a terminal, one line is rewritten every second. Otherwise, a new line is printed less often.
    """

    def __init__(self, jobs: Iterable[JobResult]) -> None:
        """Watch these jobs, and measure the time from now on."""
        self._jobs = list(jobs)
        self._loop = asyncio.get_running_loop()
        self._start = self._loop.time()
        self._is_terminal = sys.stdout.isatty()

    def line(self) -> str:
        """Describe the progress of each group, such as ``browsers 12/43 files, 160 passed``."""
        seconds = round(self._loop.time() - self._start)
        parts = []
        for group in TITLES:
            jobs = [each for each in self._jobs if each.job.group == group]
            if not jobs:
                continue
            over = sum(each.is_over for each in jobs)
            passed, failed = (sum(each.count(how) for each in jobs) for how in ("passed", "failed"))
            total = sum(each.expected for each in jobs)
            out_of = f" of {total}" if total else ""
            files = f"{over}/{len(jobs)} files, " if len(jobs) > 1 else ""
            wrong = f", {failed} FAILED" if failed else ""
            end = " (done)" if over == len(jobs) else ""
            parts.append(f"{group} {files}{passed}{out_of} passed{wrong}{end}")
        return f"[{seconds // 60}:{seconds % 60:02}] " + " · ".join(parts)

    def say(self, text: str) -> None:
        """Print a line that the progress line does not overwrite."""
        print(f"\r\x1b[K{text}" if self._is_terminal else text, flush=True)  # noqa: T201

    async def follow(self) -> None:
        """Show the progress until cancelled."""
        while True:
            await asyncio.sleep(1 if self._is_terminal else PROGRESS_INTERVAL_S)
            line = self.line()
            if self._is_terminal:
                sys.stdout.write(f"\r\x1b[K{line}")
                sys.stdout.flush()
            else:
                self.say(line)


def arranged(jobs: list[Job], times: dict[str, float]) -> list[Job]:
    """Return the jobs in the order in which they start.

    The unit tests of TypeScript come first, because they show most mistakes within seconds. The
    others follow from the longest to the shortest, and those that need the whole machine come last:
    before they can start, the machine has to become free, and it should become free only once.
    """

    def key(job: Job) -> tuple[bool, bool, float]:
        seconds = times.get(job.name)
        if seconds is None:
            path = REPOSITORY / job.name
            # pytest, which has no file, takes longest.
            seconds = expected_seconds(path) if path.is_file() else 1000
        return (job.group != "modules", job.weight == CAPACITY, -seconds)

    return sorted(jobs, key=key)


async def run_all(jobs: list[Job]) -> list[JobResult]:
    """Run jobs at the same time as far as the machine allows, and show their progress."""
    results = [JobResult(job) for job in jobs]
    progress = Progress(results)
    slots = Slots(CAPACITY)

    def report(result: JobResult, outcome: Outcome) -> None:
        progress.say(f"FAILED {result.where(outcome)}: {outcome.name}")

    async def run_when_free(result: JobResult) -> None:
        await slots.take(result.job.weight)
        try:
            await run(result.job, report, result)
        finally:
            await slots.put_back(result.job.weight)

    following = asyncio.create_task(progress.follow())
    try:
        async with asyncio.TaskGroup() as group:
            for result in results:
                group.create_task(run_when_free(result))
    finally:
        following.cancel()
    progress.say(progress.line())
    return results


def summary(results: list[JobResult]) -> tuple[list[str], str]:
    """Return the details of all failures, and the line that counts all tests."""
    failures = [
        f"--- {result.where(outcome)}: {outcome.name}\n{outcome.detail}"
        for result in results
        for outcome in result.outcomes.values()
        if outcome.result == "failed"
    ]
    passed, failed, skipped = (
        sum(result.count(how) for result in results) for how in ("passed", "failed", "skipped")
    )
    return failures, f"{passed} passed, {failed} failed, {skipped} skipped"


def test_times(results: list[JobResult]) -> dict[str, dict[str, float]]:
    """Return the seconds that each test took, by job, the slowest first."""
    return {
        result.job.name: {
            outcome.name: round(outcome.seconds, 2)
            for outcome in sorted(result.outcomes.values(), key=lambda each: -each.seconds)
        }
        for result in results
    }


def read_times(path: Path = TIMES) -> dict[str, float]:
    """Return how many seconds each job took in the last run; empty if that is not known."""
    try:
        times: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return times


async def main() -> int:
    """Run all tests; return the exit status."""
    jobs = arranged(all_jobs(), read_times())
    count = sum(job.group == "browsers" for job in jobs)
    print(f"Running all tests: {', '.join(TITLES.values())} ({count} files).", flush=True)  # noqa: T201
    results = await run_all(jobs)
    failures, closing = summary(results)
    TIMES.parent.mkdir(exist_ok=True)
    TIMES.write_text(json.dumps({each.job.name: round(each.seconds, 1) for each in results}))
    TEST_TIMES.write_text(json.dumps(test_times(results), indent=1))
    for failure in failures:
        print(f"\n{failure}")  # noqa: T201
    for result in results:
        for note in result.notes:
            print(f"{result.job.name} {note}")  # noqa: T201
    slowest = sorted(results, key=lambda each: -each.seconds)[:5]
    took = ", ".join(f"{Path(each.job.name).stem} {each.seconds:.0f} s" for each in slowest)
    print(f"Slowest: {took}.")  # noqa: T201
    print(closing)  # noqa: T201
    return 1 if failures else 0
