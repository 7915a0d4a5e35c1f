"""Tests of the workflows and issue forms in .github: their commands, paths, limits and rights."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from mkdocs_runnable.recording.verification import EXPECTED
from tests.conftest import REPOSITORY
from tests.suite.stress import PACES

GITHUB = REPOSITORY / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))

type Yaml = dict[Any, Any]


def load(name: str) -> Yaml:
    data = yaml.safe_load((GITHUB / name).read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def jobs(workflow: str) -> dict[str, Yaml]:
    loaded: dict[str, Yaml] = load(f"workflows/{workflow}.yml")["jobs"]
    return loaded


def all_jobs() -> Iterator[tuple[str, Yaml]]:
    for path in WORKFLOWS:
        for name, job in jobs(path.stem).items():
            yield f"{path.name}: {name}", job


def all_steps() -> Iterator[tuple[str, Yaml]]:
    for name, job in all_jobs():
        for step in job.get("steps", []):
            yield name, step


def test_there_are_workflows_that_check_deploy_and_stress() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "deploy.yml", "nightly.yml"]


def test_the_nightly_workflow_repeats_every_test_at_each_pace() -> None:
    stress = jobs("nightly")["stress"]
    assert stress["strategy"]["matrix"]["pace"] == list(PACES)
    (step,) = [step for step in stress["steps"] if "run" in step]
    # Without FILES, all test files are run.
    assert re.fullmatch(r"make stress TIMES=\d+", step["run"])
    assert step["env"] == {"PACE": "${{ matrix.pace }}"}


def test_every_make_target_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w./-]+):(?!=)", makefile, re.MULTILINE))
    called = {
        (name, target)
        for name, step in all_steps()
        for command in re.findall(r"^\s*make ([^\n]+)", step.get("run", ""), re.MULTILINE)
        for target in command.split()
        if "=" not in target
    }
    assert {target for _, target in called} >= {"lint", "test", "build"}
    assert [pair for pair in called if pair[1] not in targets] == []


def test_every_path_given_to_pytest_exists() -> None:
    paths = [
        path
        for _, step in all_steps()
        for arguments in re.findall(r"-m pytest (.+)", step.get("run", ""))
        for path in arguments.split()
    ]
    assert paths
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []


def test_snippets_run_on_every_python_that_the_site_reports_on() -> None:
    expected = [stem.removeprefix("cpython-") for stem in EXPECTED if stem.startswith("cpython-")]
    assert jobs("ci")["python"]["strategy"]["matrix"]["python"] == expected


def test_one_job_waits_for_all_checks() -> None:
    checks = jobs("ci")
    last = checks.pop("complete")
    assert last["needs"] == list(checks)
    # A job that is skipped because another one failed would count as passed.
    assert last["if"] == "always()"


def test_browser_tests_run_on_the_usual_python_and_on_the_python_that_deploys() -> None:
    usual = (REPOSITORY / ".python-version").read_text(encoding="utf-8").strip()
    (deploying,) = {
        step["with"]["python-version"]
        for step in jobs("deploy")["build"]["steps"]
        if "python-version" in step.get("with", {})
    }
    assert jobs("ci")["browsers"]["strategy"]["matrix"]["python"] == [usual, deploying]


def test_the_results_of_every_runner_reach_the_deployed_build() -> None:
    uploads = [
        step["with"]
        for name, step in all_steps()
        if name.startswith("ci.yml")
        and "upload-artifact@" in step.get("uses", "")
        and step["with"]["path"].startswith("build/verification/")
    ]
    versions = jobs("ci")["python"]["strategy"]["matrix"]["python"]
    files = {
        line.replace("${{ matrix.python }}", version)
        for upload in uploads
        for line in upload["path"].splitlines()
        for version in versions
    }
    assert files == {f"build/verification/{stem}.json" for stem in EXPECTED}
    (download,) = [
        step["with"] for _, step in all_steps() if "download-artifact@" in step.get("uses", "")
    ]
    assert download["path"] == "build/verification"
    prefix = download["pattern"].removesuffix("*")
    assert all(upload["name"].startswith(prefix) for upload in uploads)


def test_the_deployed_build_knows_its_addresses() -> None:
    configuration = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
    wanted = set(re.findall(r"!ENV \[(\w+),", configuration))
    assert wanted == {"SITE_URL", "REPO_URL", "EDIT_URI"}
    for workflow in ("ci", "deploy"):
        (step,) = [
            step for step in jobs(workflow)["build"]["steps"] if step.get("run") == "make build"
        ]
        assert set(step["env"]) == wanted
        assert step["env"]["SITE_URL"].endswith("/")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_may_fail_unnoticed(path: Any) -> None:
    assert "continue-on-error" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit_and_say_their_version(path: Any) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        if (used := re.search(r"uses: (.+)", line)) and not used[1].startswith("./"):
            assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used[1]), line


def test_jobs_have_a_time_limit_and_a_fixed_image() -> None:
    for name, job in all_jobs():
        if "uses" in job:
            continue
        # The nightly workflow may take longer, because no contributor waits for it.
        assert job["timeout-minutes"] <= (180 if name.startswith("nightly.yml") else 60), name
        assert not job["runs-on"].endswith("latest"), name


def test_only_the_deploying_job_may_write() -> None:
    for path in WORKFLOWS:
        assert "write" not in load(f"workflows/{path.name}")["permissions"].values()
    writing = {
        name: [right for right, level in job["permissions"].items() if level == "write"]
        for name, job in all_jobs()
        if "write" in job.get("permissions", {}).values()
    }
    assert writing == {"deploy.yml: deploy": ["pages", "id-token"]}


def test_deployments_wait_for_the_checks_and_for_each_other() -> None:
    deploy = load("workflows/deploy.yml")
    assert deploy["concurrency"] == {"group": "pages", "cancel-in-progress": False}
    assert deploy["jobs"]["check"]["uses"] == "./.github/workflows/ci.yml"
    assert deploy["jobs"]["build"]["needs"] == "check"
    assert deploy["jobs"]["deploy"]["needs"] == "build"


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_issue_forms_have_a_required_field(path: Any) -> None:
    form = load(f"ISSUE_TEMPLATE/{path.name}")
    assert form["name"]
    assert form["description"]
    identifiers = [field["id"] for field in form["body"]]
    assert len(identifiers) == len(set(identifiers))
    assert any(field.get("validations", {}).get("required") for field in form["body"])
