"""Tests that ``make test`` and ``make stress`` report every failure and count every test."""

import argparse
import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
from tests.suite import stress, whole
from tests.suite.jobs import (
    BYTES_PER_SECOND,
    CAPACITY,
    WEIGHTS,
    Job,
    JobResult,
    Outcome,
    all_jobs,
    expected_seconds,
    node_command,
    pytest_command,
    run,
    weight_of,
)

NODE_TESTS = """
import { afterEach, describe, test } from "node:test";
test("passes", (t) => { t.diagnostic("ran twice: a_program"); t.diagnostic("something else"); });
test("is left out", { skip: "for a reason" }, () => {});
describe("outer", () => {
  describe("inner", () => {
    test("fails", () => { throw new Error("planted"); });
    test("follows it", () => {});
  });
});
describe("a hook", () => {
  let calls = 0;
  afterEach(() => { if (calls++ === 1) throw new Error("in the hook"); });
  test("first", () => {});
  test("second", () => {});
});
"""

PYTHON_TESTS = """
import pytest

def test_passes():
    pass

def test_fails():
    assert "planted" == ""

def test_is_left_out():
    pytest.skip("for a reason")

@pytest.fixture
def broken():
    yield
    raise ValueError("in the teardown")

def test_has_a_broken_teardown(broken):
    pass

@pytest.mark.parametrize("number", [1, 2])
def test_each(number):
    pass
"""


def run_job(job: Job) -> tuple[JobResult, list[Outcome]]:
    """Run a job, and return its results and the failures that it has reported while it ran."""
    result, failures = JobResult(job), list[Outcome]()
    asyncio.run(run(job, lambda _, outcome: failures.append(outcome), result))
    return result, failures


def job(*command: str, weight: int = 1, name: str = "job") -> Job:
    return Job("modules", name, command, weight)


def outcomes_by_name(result: JobResult) -> dict[str, str]:
    return {each.name.rpartition("::")[2]: each.result for each in result.outcomes.values()}


def test_results_of_node_are_read(tmp_path: Path) -> None:
    file = tmp_path / "some.test.mjs"
    file.write_text(NODE_TESTS, encoding="utf-8")
    result, failures = run_job(job(*node_command([str(file)])))
    assert outcomes_by_name(result) == {
        "passes": "passed",
        "is left out": "skipped",
        "outer > inner > fails": "failed",
        "outer > inner > follows it": "passed",
        "a hook > first": "passed",
        "a hook > second": "failed",
    }
    assert [outcome.name for outcome in failures] == ["outer > inner > fails", "a hook > second"]
    assert "planted" in failures[0].detail
    assert "in the hook" in failures[1].detail
    assert result.notes == ["ran twice: a_program"]


def test_node_tests_with_the_same_name_are_counted_one_by_one(tmp_path: Path) -> None:
    files = [tmp_path / "one.test.mjs", tmp_path / "other.test.mjs"]
    test = 'import { test } from "node:test";\ntest("same", () => {});\n'
    files[0].write_text(test + 'test("same", () => {});\n', encoding="utf-8")
    files[1].write_text(test, encoding="utf-8")
    result, _ = run_job(job(*node_command([str(file) for file in files])))
    assert result.count("passed") == 3


@pytest.mark.parametrize("files", [1, 8])
def test_no_result_of_node_is_lost_when_many_arrive_at_the_same_time(
    files: int, tmp_path: Path
) -> None:
    # With Node's option --test-force-exit, each process lost some of its last results:
    # https://github.com/nodejs/node/issues/64833
    paths = [tmp_path / f"{number}.test.mjs" for number in range(files)]
    for path in paths:
        path.write_text(
            'import { test } from "node:test";\n'
            "for (let i = 0; i < 400; i++) test(`one of many tests, number ${i}`, () => {});\n",
            encoding="utf-8",
        )
    result, _ = run_job(job(*node_command(list(map(str, paths)), at_a_time=2)))
    assert result.count("passed") == 400 * files


@pytest.mark.parametrize("workers", [[], ["--numprocesses", "2"]], ids=["alone", "workers"])
def test_results_of_pytest_are_read(workers: list[str], tmp_path: Path) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(PYTHON_TESTS, encoding="utf-8")
    result, failures = run_job(job(*pytest_command([str(file), *workers])))
    assert outcomes_by_name(result) == {
        "test_passes": "passed",
        "test_fails": "failed",
        "test_is_left_out": "skipped",
        "test_has_a_broken_teardown": "failed",
        "test_each[1]": "passed",
        "test_each[2]": "passed",
    }
    assert result.expected == 6
    details = {each.name.rpartition("::")[2]: each.detail for each in failures}
    assert "planted" in details["test_fails"]
    assert "in the teardown" in details["test_has_a_broken_teardown"]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ([sys.executable, "-c", "raise SystemExit('gone wrong')"], "gone wrong"),
        (node_command(["no_such_file.test.ts"]), "no_such_file"),
        (pytest_command(["no_such_file.py"]), "no_such_file"),
    ],
    ids=["crash", "node", "pytest"],
)
def test_a_command_that_fails_without_a_failed_test_is_a_failure(
    command: list[str], why: str
) -> None:
    result, failures = run_job(job(*command))
    assert result.count("failed") == len(failures) == 1
    assert why in failures[0].detail


def test_a_python_file_that_cannot_be_imported_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "test_broken.py"
    file.write_text("import no_such_module\n", encoding="utf-8")
    result, (failure,) = run_job(job(*pytest_command([str(file)])))
    assert "no_such_module" in failure.detail
    assert result.count("failed") == 1


def test_failures_of_one_job_do_not_stop_other_jobs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node, python = tmp_path / "some.test.mjs", tmp_path / "test_some.py"
    node.write_text(NODE_TESTS, encoding="utf-8")
    python.write_text(PYTHON_TESTS, encoding="utf-8")
    jobs = [
        job(*node_command([str(node)]), weight=CAPACITY, name="node"),
        job(*pytest_command([str(python)]), name="pytest"),
    ]
    failures, closing = whole.summary(asyncio.run(whole.run_all(jobs)))
    assert closing == "6 passed, 4 failed, 2 skipped"
    assert len(failures) == 4
    assert "FAILED node: outer > inner > fails" in capsys.readouterr().out


def test_jobs_beside_one_another_never_exceed_the_capacity_and_none_is_lost(tmp_path: Path) -> None:
    # Each job logs its start and its end.
    program = """
import json, os, sys
def note(what):
    with open(sys.argv[2], "a") as log: log.write(f"{what} {sys.argv[1]}\\n")
note("begin")
print(json.dumps({"name": "only", "result": "passed", "seconds": 0, "detail": ""}),
      file=open(os.environ["SUITE_EVENTS"], "a"))
note("end")
"""
    log = tmp_path / "log"
    weights = [1, 2, CAPACITY, 3, 1, CAPACITY, 2]
    jobs = [
        job(sys.executable, "-c", program, str(number), str(log), weight=weight, name=str(number))
        for number, weight in enumerate(weights)
    ]
    results = asyncio.run(whole.run_all(jobs))
    assert [result.count("passed") for result in results] == [1] * len(jobs)
    running = set[str]()
    for line in log.read_text(encoding="utf-8").splitlines():
        what, number = line.split()
        running = running | {number} if what == "begin" else running - {number}
        assert sum(weights[int(each)] for each in running) <= CAPACITY


@given(st.lists(st.sampled_from(["passed", "failed", "skipped"]), max_size=20))
def test_the_closing_line_counts_every_test_once(outcomes: list[str]) -> None:
    result = JobResult(job("true"))
    for number, outcome in enumerate(outcomes):
        result.add(Outcome(str(number), outcome, 0))  # type: ignore[arg-type]
        # pytest reports a test again after a failed teardown. It must not be counted twice.
        result.add(Outcome(str(number), outcome, 0))  # type: ignore[arg-type]
    failures, closing = whole.summary([result])
    counts = [outcomes.count(how) for how in ("passed", "failed", "skipped")]
    assert closing == "{} passed, {} failed, {} skipped".format(*counts)
    assert len(failures) == outcomes.count("failed")


def test_the_suite_has_every_test_file() -> None:
    jobs = all_jobs()
    names = " ".join(" ".join(each.command) for each in jobs)
    files = {
        path for path in REPOSITORY.glob("tests/**/*.test.ts") if "mini_sites" not in path.parts
    }
    missing = [path for path in files if path.relative_to(REPOSITORY).as_posix() not in names]
    # These tests need a machine of their own, so only `make attacks` runs them.
    assert [path.name for path in missing] == ["attacks.test.ts"]
    assert sum("pytest" in each.command for each in jobs) == 1


def test_unit_tests_start_first_and_jobs_that_need_the_whole_machine_last() -> None:
    command = ("true",)  # is not run here
    jobs = [
        Job("browsers", "whole", command, weight=CAPACITY),
        Job("browsers", "quick", command, weight=1),
        Job("browsers", "slow", command, weight=1),
        Job("modules", "units", command, weight=CAPACITY),
    ]
    seconds = {"quick": 1.0, "slow": 9.0, "whole": 99.0, "units": 5.0}
    order = whole.arranged(jobs, seconds)
    assert [each.name for each in order] == ["units", "slow", "quick", "whole"]


def test_a_weight_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.test.ts"
    file.write_text("/** A test. */\n// suite: quick\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"no weight 'quick'\. Expected one of: light, alone"):
        weight_of(file)


def run_stress(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.suite", "stress", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )


def test_stress_reports_each_test_that_does_not_pass_at_every_pace(tmp_path: Path) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(
        """
import os, pathlib
def test_steady():
    pass
def test_first_time_only():
    mark = pathlib.Path(__file__).with_name("mark")
    assert not mark.exists()
    mark.touch()
""",
        encoding="utf-8",
    )
    ran = run_stress(str(file), "--times", "2", "--pace", "alone", "--pace", "busy")
    assert ran.returncode == 1, ran.stderr
    assert "test_first_time_only (alone: 1 of 2, busy: 0 of 2)" in ran.stdout
    assert "test_steady (" not in ran.stdout
    assert ran.stdout.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


@pytest.mark.parametrize(("file", "why"), [("none.py", "There is no"), ("README.md", "no test")])
def test_stress_refuses_files_that_are_not_tests(file: str, why: str) -> None:
    ran = run_stress(file)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert why in ran.stderr


def test_stress_can_restrict_a_job_to_one_core(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("taskset") is None:
        pytest.skip("there is no taskset here")
    file = tmp_path / "test_some.py"
    file.write_text(
        "import os\ndef test_cores(): assert len(os.sched_getaffinity(0)) == 1\n", encoding="utf-8"
    )
    arguments = argparse.Namespace(files=[str(file)], times=1, only="", pace=["one core"])
    assert asyncio.run(stress.main(arguments)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed, 0 skipped"


def test_a_file_can_say_how_long_it_takes(tmp_path: Path) -> None:
    short, long = tmp_path / "short.test.ts", tmp_path / "long.test.ts"
    short.write_text("/** Looks at many pages. */\n// suite: light\n// suite: takes 90 s\n")
    long.write_text("x" * 10_000)
    assert expected_seconds(short) == 90
    assert expected_seconds(long) == 10_000 / BYTES_PER_SECOND
    assert weight_of(short) == WEIGHTS["light"]
