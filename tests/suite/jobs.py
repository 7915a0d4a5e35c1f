"""The jobs of the suite: which commands run the tests, and how the outcome of each test is read."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.conftest import REPOSITORY

type Result = Literal["passed", "failed", "skipped"]
type Group = Literal["modules", "browsers", "python"]

REPORTER = "./tests/suite/reporter.ts"

# Each job has a weight. Jobs run at the same time as long as their weights add up to no more than
# CAPACITY, which is chosen for two cores.
CAPACITY = 6
WEIGHTS = {
    # The file mostly waits. Three of these files keep two cores busy.
    "light": 2,
    # Files without a line such as `// suite: light`.
    "": 3,
    # The output of the tested programs depends on timing, so nothing else may run beside the file.
    "alone": CAPACITY,
}
PYTEST_WEIGHT = 3
WEIGHT_MARK = re.compile(r"^// suite: (\S+)$", re.MULTILINE)
TIME_MARK = re.compile(r"^// suite: takes (\d+) s$", re.MULTILINE)

# A rough guess for files that do not say how long they take. It only decides the order of the jobs.
BYTES_PER_SECOND = 500

# A job that reports nothing for this many seconds is ended. The longest single test may
# take ten minutes (every snippet of the site in one browser).
MAX_SILENCE_S = 660
# How many seconds a job has for closing its browsers before it is killed.
GRACE_S = 5


@dataclass(frozen=True)
class Outcome:
    """How one test of a job ended."""

    name: str
    result: Result
    seconds: float
    detail: str = ""
    # The file of the test; empty if the name of the test contains the file, or if it is unknown.
    file: str = ""


@dataclass(frozen=True)
class Job:
    """One command that runs tests and writes a line of JSON for each of them.

    ``{events}`` in an argument stands for the path of the file to which the command writes.
    """

    group: Group
    name: str
    command: tuple[str, ...]
    weight: int


@dataclass
class JobResult:
    """The results of a job so far. They are complete when ``is_over`` is true."""

    job: Job
    # By file and name: tests in two files may have the same name.
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    # What the tests say about themselves, for example that a program ran twice.
    notes: list[str] = field(default_factory=list)
    # How many tests there are, as far as the job has said so.
    expected: int = 0
    seconds: float = 0
    is_over: bool = False

    def add(self, outcome: Outcome) -> bool:
        """Add the outcome of a test; return whether it is a failure that was not known before.

        If a test is reported twice, a failure counts. pytest reports a test again if its teardown
        fails, whether the test itself has passed or failed.
        """
        key = (outcome.file, outcome.name)
        known = self.outcomes.get(key)
        if known and known.result == "failed":
            return False
        self.outcomes[key] = outcome
        return outcome.result == "failed"

    def where(self, outcome: Outcome) -> str:
        """Return the file of a test, or the name of the job where the file is not known."""
        path = Path(outcome.file)
        if outcome.file and path.is_relative_to(REPOSITORY):
            return path.relative_to(REPOSITORY).as_posix()
        return self.job.name

    def count(self, result: Result) -> int:
        """Count the tests with this result."""
        return sum(outcome.result == result for outcome in self.outcomes.values())


def node_command(files: Sequence[str], only: str = "", at_a_time: int = 1) -> tuple[str, ...]:
    """Return the command that runs test files under Node.

    A single file, such as one with browser tests, runs in the process of the test runner. The
    option ``--test-force-exit`` ends this process after the last test, even if a failed test has
    left a browser open. Several files each run in a process of their own, where the same option
    would lose results: https://github.com/nodejs/node/issues/64833

    Args:
        files: The test files.
        only: A regular expression for the names of the tests to run; empty for all of them.
        at_a_time: How many files run at the same time.
    """
    names = [f"--test-name-pattern={only}"] if only else []
    processes = (
        ("--test-isolation=none", "--test-force-exit")
        if len(files) == 1
        else (f"--test-concurrency={at_a_time}",)
    )
    return (
        *("node", "--test", *processes, *names),
        *(f"--test-reporter={REPORTER}", "--test-reporter-destination={events}", *files),
    )


def pytest_command(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the command that runs pytest with these arguments."""
    return (sys.executable, "-m", "pytest", "-p", "tests.suite.pytest_plugin", "-q", *arguments)


def weight_of(file: Path) -> int:
    """Return the weight that a test file asks for in a line such as ``// suite: light``.

    Raises:
        ValueError: There is no weight of that name.
    """
    found = WEIGHT_MARK.search(file.read_text(encoding="utf-8"))
    name = found[1] if found else ""
    if name not in WEIGHTS:
        known = ", ".join(filter(None, WEIGHTS))
        raise ValueError(f"{file}: there is no weight {name!r}. Expected one of: {known}.")
    return WEIGHTS[name]


def expected_seconds(file: Path) -> float:
    """Return how long a test file takes according to a line such as ``// suite: takes 90 s``.

    Without such a line, a file is expected to take longer the larger it is.
    """
    found = TIME_MARK.search(file.read_text(encoding="utf-8"))
    return float(found[1]) if found else file.stat().st_size / BYTES_PER_SECOND


def all_jobs(root: Path = REPOSITORY) -> list[Job]:
    """Return all jobs: the unit tests in TypeScript, pytest, and each file of browser tests."""
    modules = sorted(
        path.relative_to(root).as_posix()
        for folder in ("runtime", "guide")
        for path in root.glob(f"tests/{folder}/**/*.test.ts")
    )
    jobs = [Job("modules", "modules", node_command(modules, at_a_time=2), CAPACITY)]
    jobs.append(Job("python", "pytest", pytest_command(["--numprocesses", "3"]), PYTEST_WEIGHT))
    for path in sorted(root.glob("tests/e2e/*/*.test.ts")):
        # The hostile programs need ten minutes and a machine of their own: `make attacks`.
        if path.name != "attacks.test.ts":
            name = path.relative_to(root).as_posix()
            jobs.append(Job("browsers", name, node_command([name]), weight_of(path)))
    return jobs


async def run(job: Job, report: Callable[[JobResult, Outcome], None], result: JobResult) -> None:
    """Run a job to its end, and report each failed test as soon as it is known.

    If no test failed, but the command ended with a status other than 0, or was ended because it
    reported nothing for a long time, the job counts as one failed test with the name of the job.

    Args:
        job: The job.
        report: Called with ``result`` and the outcome of each failed test.
        result: Receives the outcomes of all tests.

    Raises:
        OSError: The command could not be started.
    """
    loop = asyncio.get_running_loop()
    start = loop.time()
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events"
        events.touch()
        log = Path(folder) / "log"
        command = [argument.replace("{events}", str(events)) for argument in job.command]
        with log.open("wb") as output, events.open(encoding="utf-8") as lines:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                env=os.environ | {"SUITE_EVENTS": str(events)},
                cwd=REPOSITORY,
                # In a session of its own, the job can be ended together with its workers.
                start_new_session=True,
            )
            ended = asyncio.create_task(process.wait())
            last_line_at = start
            partial = ""  # what has been read of a line that is still being written
            status: int | str | None = None
            try:
                while status is None:
                    await asyncio.wait([ended], timeout=0.3)
                    if ended.done():
                        status = ended.result()
                    elif loop.time() - last_line_at > MAX_SILENCE_S:
                        status = f"nothing for {MAX_SILENCE_S} s"
                    while line := lines.readline():
                        last_line_at = loop.time()
                        partial += line
                        if partial.endswith("\n"):
                            _read_line(json.loads(partial), report, result)
                            partial = ""
            finally:
                await _end(process, ended)
        if status != 0 and result.count("failed") == 0:
            text = log.read_text(encoding="utf-8", errors="replace")
            why = f"ended with status {status}" if isinstance(status, int) else f"reported {status}"
            detail = f"{' '.join(command)}\n{why}, though no test failed.\n{text[-4000:]}"
            outcome = Outcome(job.name, "failed", loop.time() - start, detail)
            result.add(outcome)
            report(result, outcome)
    result.seconds = loop.time() - start
    result.is_over = True


def _read_line(
    line: dict[str, object], report: Callable[[JobResult, Outcome], None], result: JobResult
) -> None:
    """Add what a line says: how many tests there are, a note, or the outcome of a test."""
    if "expected" in line:
        result.expected = max(result.expected, int(str(line["expected"])))
        return
    if "note" in line:
        result.notes.append(str(line["note"]))
        return
    outcome = Outcome(**line)  # type: ignore[arg-type]
    if result.add(outcome):
        report(result, outcome)


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
    """End a job and all processes that it has left running.

    The job gets SIGTERM first, because its browsers are in process groups of their own, so only the
    job itself can close them.
    """
    if not ended.done():
        process.terminate()
        await asyncio.wait([ended], timeout=GRACE_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await ended
