"""Tests of saving the results of checks, and of combining them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.check import Result
from mkdocs_runnable.recording.execute import interpreter
from mkdocs_runnable.recording.verification import EXPECTED, assemble, current_commit, write_results
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder in which results are saved, which does not exist yet."""
    return tmp_path / "build" / "verification"


def save_result_of_chromium(folder: Path, name: str, sha256: str, outcome: str = "passed") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    runner = {
        "interpreter": "CPython",
        "version": "3.14.2",
        "platform": "emscripten",
        "engine": "Chromium 156",
    }
    result = {"sha256": sha256, "outcome": outcome, "detail": "", "when": "now", "commit": None}
    data = {"runner": runner, "results": {name: result}}
    (folder / "chromium.json").write_text(json.dumps(data))


def reasons(entry: dict[str, Any]) -> dict[str, str]:
    """Return why a snippet was not run, by runner."""
    return {each["runner"]: each["reason"] for each in entry["not_run"]}


def test_a_snippet_without_results_has_an_entry(
    library: Library, add_snippet: AddSnippet, folder: Path
) -> None:
    add_snippet("tea/pot", "print(1)\n")
    add_snippet("tea/cup", "print(1)\n")
    snippets = assemble(library, folder)["snippets"]
    assert set(snippets) == {"tea/pot", "tea/cup"}
    for entry in snippets.values():
        assert entry["runs"] == []
        assert set(reasons(entry)) == set(EXPECTED.values())


def test_results_of_this_interpreter_are_reported(
    library: Library, add_snippet: AddSnippet, folder: Path
) -> None:
    add_snippet("tea/pot", "print(1)\n")
    add_snippet("tea/cup", "print(2)\n")
    pot, cup = library.load("tea/pot"), library.load("tea/cup")
    failed, skipped = Result("tea/pot", "failed", "a diff"), Result("tea/cup", "skipped", "too old")
    path = write_results(folder, [(pot, failed), (cup, skipped)], library.root)
    # The Python that runs this test may be one whose results pages do not show.
    assert path.stem in EXPECTED or interpreter() not in EXPECTED.values()
    snippets = assemble(library, folder)["snippets"]
    (run,) = snippets["tea/pot"]["runs"]
    assert run["runner"] == interpreter()
    assert (run["outcome"], run["detail"], run["engine"]) == ("failed", "a diff", None)
    assert run["version"].startswith("3.")
    assert run["when"].endswith("+00:00")
    assert snippets["tea/cup"]["runs"] == []
    assert reasons(snippets["tea/cup"])[interpreter()] == "too old"


def test_a_result_is_only_valid_for_the_file_that_was_run(
    library: Library, add_snippet: AddSnippet, folder: Path
) -> None:
    path = add_snippet("tea/pot", "print(1)\n")
    save_result_of_chromium(folder, "tea/pot", library.load("tea/pot").sha256)
    (run,) = assemble(library, folder)["snippets"]["tea/pot"]["runs"]
    assert (run["runner"], run["engine"]) == ("Chromium", "Chromium 156")
    path.write_text("print(2)\n")
    entry = assemble(library, folder)["snippets"]["tea/pot"]
    assert entry["runs"] == []
    assert reasons(entry)["Chromium"] == "No result for this version of the file."


def test_the_reason_why_a_snippet_was_not_run_is_reported(
    library: Library, add_snippet: AddSnippet, folder: Path
) -> None:
    toml = '# requires-python = ">=3.14"\n# [tool.runnable]\n# native = "Threads."\n'
    header = f"# /// script\n{toml}# ///\n"
    add_snippet("tea/pot", header)
    entry = assemble(library, folder)["snippets"]["tea/pot"]
    assert reasons(entry) == {
        "CPython 3.12": "Requires Python >=3.14.",
        "CPython 3.13": "Requires Python >=3.14.",
        "CPython 3.14": "No result for this version of the file.",
        "CPython 3.14t": "No result for this version of the file.",
        "Chromium": "Does not run in the browser: Threads.",
        "Firefox": "Does not run in the browser: Threads.",
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"runner": 1, "results": {}}'])
def test_a_damaged_file_of_results_is_an_error(library: Library, folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "chromium.json").write_text(text)
    with pytest.raises(RunnableError, match=r"chromium.json: not a valid results file. Delete it"):
        assemble(library, folder)


def test_the_current_commit_is_found(tmp_path: Path) -> None:
    assert current_commit(tmp_path) is None
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=tmp_path, check=True)
    commit = current_commit(tmp_path)
    assert commit
    assert len(commit) == 40
