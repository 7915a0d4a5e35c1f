"""Fixtures for all tests."""

import hashlib
import json
import sys
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from mkdocs_runnable.built_files import MANIFEST
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.check import Result
from mkdocs_runnable.recording.verification import write_results
from mkdocs_runnable.snippets.snippet import Library

REPOSITORY = Path(__file__).parents[1]

# Hypothesis otherwise fails a test whose examples take long, which depends on the machine.
settings.register_profile("any pace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any pace")

# For tests that import the tracer or the explorer. The folder also contains a package greenlet for
# the browser, so it comes after the folder of the installed packages, whose greenlet other tests
# use.
sys.path.append(str(REPOSITORY / "runtime" / "python"))


def ruff_ignored(pattern: str) -> list[str]:
    """Return the rules that pyproject.toml ignores for a pattern of files.

    pytest-examples passes code to ruff without the name of its file, so ruff cannot look up which
    rules it has to ignore for this file.
    """
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    rules: list[str] = project["tool"]["ruff"]["lint"]["per-file-ignores"][pattern]
    return rules


type AddSnippet = Callable[..., Path]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Return an empty library in a temporary project."""
    root = tmp_path / "snippets"
    root.mkdir()
    return Library(root)


@pytest.fixture
def add_snippet(library: Library) -> AddSnippet:
    """Return a function that adds a snippet, and its recording if there is one, to the library."""

    def add(name: str, source: str, recording: str | None = None) -> Path:
        path = library.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        if recording is not None:
            path.with_suffix(".out").write_text(textwrap.dedent(recording), encoding="utf-8")
        return path

    return add


def write_manifest(runtime: Path, prerender: Path | None = None) -> None:
    """Write the manifest of a runtime that a test has made, as the build does at its end."""

    def sha256(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    (runtime / MANIFEST).unlink(missing_ok=True)
    # The manifest of the build omits harness.js, too; see runtime/bundle/build.ts.
    paths = [path for path in runtime.rglob("*") if path.is_file() and path.name != "harness.js"]
    files = {path.relative_to(runtime).as_posix(): sha256(path) for path in sorted(paths)}
    manifest = {"files": files, "prerender": sha256(prerender) if prerender else ""}
    (runtime / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


# Name of the property in which a test reports the result of a snippet: name, outcome and detail.
RESULT = "snippet result"
_results: dict[str, Result] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the results of snippets from all test processes."""
    if report.when == "call":
        properties: dict[str, Any] = dict(report.user_properties)
        if RESULT in properties:
            result = Result(*properties[RESULT])
            _results[result.name] = result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Save the results, from which a build of the site makes /verification.json."""
    project = Project.at(REPOSITORY)
    # A run of only some tests (-k) must not replace the results of all. The processes in which
    # pytest-xdist runs tests only report their results to the main process, which saves them.
    if hasattr(session.config, "workerinput") or set(_results) != set(project.library.names()):
        return
    results = [(project.library.load(name), result) for name, result in _results.items()]
    assert project.verification
    write_results(project.verification, results, REPOSITORY)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes files with expected output again."""
    parser.addoption(
        "--refresh", action="store_true", help="write the files with expected output again"
    )


@pytest.fixture
def refresh(request: pytest.FixtureRequest) -> bool:
    """Whether files with expected output have to be written again."""
    return bool(request.config.getoption("--refresh"))
