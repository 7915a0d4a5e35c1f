"""Fixtures for all tests."""

import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.check import Result
from mkdocs_runnable.recording.verification import write_results
from mkdocs_runnable.snippets.snippet import Library

REPOSITORY = Path(__file__).parents[1]


def ruff_ignored(pattern: str) -> list[str]:
    """Return the rules that pyproject.toml ignores for a pattern of files.

    pytest-examples hands code to ruff without the name of its file, so these do not apply there.
    """
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    rules: list[str] = project["tool"]["ruff"]["lint"]["per-file-ignores"][pattern]
    return rules


type AddSnippet = Callable[..., Path]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty library in a project of its own."""
    root = tmp_path / "snippets"
    root.mkdir()
    return Library(root)


@pytest.fixture
def add_snippet(library: Library) -> AddSnippet:
    """Write a snippet (and its recording) into the library: ``add_snippet(name, source, out)``."""

    def add(name: str, source: str, recording: str | None = None) -> Path:
        path = library.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        if recording is not None:
            path.with_suffix(".out").write_text(textwrap.dedent(recording), encoding="utf-8")
        return path

    return add


# The property of a test's report that says how a snippet did: name, outcome, detail.
RESULT = "snippet result"
_results: dict[str, Result] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect how the snippets did, from whichever process ran them."""
    if report.when == "call":
        properties: dict[str, Any] = dict(report.user_properties)
        if RESULT in properties:
            result = Result(*properties[RESULT])
            _results[result.name] = result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep that for /verification.json."""
    project = Project(REPOSITORY)
    # A run of one test (-k) must not throw the other results away; workers only report.
    if hasattr(session.config, "workerinput") or set(_results) != set(project.library.names()):
        return
    results = [(project.library.load(name), result) for name, result in _results.items()]
    write_results(project.verification, results, REPOSITORY)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one switch that refreshes expectations kept in files."""
    parser.addoption("--refresh", action="store_true", help="write expected files anew")


@pytest.fixture
def refresh(request: pytest.FixtureRequest) -> bool:
    """Whether expectations are to be written anew."""
    return bool(request.config.getoption("--refresh"))
