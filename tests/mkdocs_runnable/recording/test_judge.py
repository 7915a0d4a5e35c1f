"""Tests of comparing browser runs with recordings, and of the ledger of known differences."""

import json

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.judge import judge
from mkdocs_runnable.recording.verification import Runner
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet

FIREFOX = Runner("firefox", "CPython", "3.14.2", "Emscripten wasm32", "Firefox 153")


@pytest.fixture
def project(library: Library, add_snippet: AddSnippet) -> Project:
    add_snippet("tea/brewing", "print('hot')\n", "hot\n")
    return Project.at(library.root.parent)


def outcome(project: Project, printed: str, ledger: str) -> tuple[str, str]:
    """Judge a run in Firefox that printed one line, and return the outcome and its detail.

    Args:
        project: the project, whose only program has printed "hot" in its recording.
        printed: the line.
        ledger: the content of `differences.toml`, the ledger of known differences.
    """
    (project.library.root / "differences.toml").write_text(ledger, encoding="utf-8")
    chunks = [{"stream": "stdout", "text": f"{printed}\n"}]
    run = json.dumps({"name": "tea/brewing", "chunks": chunks, "status": 0})
    (result,) = judge(project, FIREFOX, [run])
    return result.outcome, result.detail


# An entry of the ledger.
KNOWN = '["tea/brewing"]\nfirefox = "it cools down faster"\n'


def test_a_new_difference_fails(project: Project) -> None:
    assert outcome(project, "cold", "")[0] == "failed"
    assert outcome(project, "cold", KNOWN.replace("firefox", "chromium"))[0] == "failed"


def test_a_known_difference_passes_with_its_reason(project: Project) -> None:
    assert outcome(project, "cold", KNOWN) == (
        "passed",
        "known difference: it cools down faster",
    )


def test_a_known_difference_that_no_longer_occurs_fails(project: Project) -> None:
    project.library.root.rename(project.root / "teas")
    (project.root / "mkdocs.yml").write_text("plugins: [{runnable: {snippets: teas}}]")
    project = Project.at(project.root)
    assert outcome(project, "hot", KNOWN) == (
        "failed",
        "the known difference no longer occurs. Remove it from teas/differences.toml.",
    )


@pytest.mark.parametrize(
    ("ledger", "message"),
    [
        ('["tea/milk"]\nfirefox = "why"\n', "'tea/milk' is not a snippet"),
        ('["tea/brewing"]\nlynx = "why"\n', "expected a reason for one of chromium, firefox"),
        ('["tea/brewing"]\nfirefox = ""\n', "expected a reason"),
        ("[[", "cannot be read"),
    ],
)
def test_a_wrong_entry_of_the_ledger_is_refused(
    project: Project, ledger: str, message: str
) -> None:
    with pytest.raises(RunnableError, match=message):
        outcome(project, "cold", ledger)
