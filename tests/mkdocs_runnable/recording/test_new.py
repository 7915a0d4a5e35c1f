"""Tests of the command ``new``: which names it accepts, and what it says about others."""

import pytest

from mkdocs_runnable.cli import main
from mkdocs_runnable.snippets.reference import parse, resolve
from mkdocs_runnable.snippets.snippet import Library

type Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def in_project(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.root.parent)


@pytest.mark.parametrize(
    "name", ["pot", "tea/001-First pot", "Tea/deep/a.b", "tee/gr\u00fcn [1", "tea/__init__"]
)
def test_new_creates_a_snippet_of_any_name(library: Library, name: str, capfd: Output) -> None:
    assert main(["new", name]) == 0
    # The command prints the line of Markdown that shows the snippet on a page.
    line = capfd.readouterr().out.strip()
    shown = resolve(parse(line), library, library.root.parent / "docs", "tutorials/tea.md")
    assert shown.name == name
    assert shown.recording_path.is_file()
    for argument in (name, f"snippets/{name}.py", f"./snippets/x/../{name}.py"):
        assert main(["record", argument]) == 0
        assert capfd.readouterr().err.startswith(f"changed   {name}\n")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "it is empty"),
        ("tea/", "it ends in '/', so the name of the file is missing"),
        ("../pot", "it leads out of the folder of the snippets"),
        ("tea/../../pot", "it leads out of the folder of the snippets"),
        ("/tea/pot", "it leads out of the folder of the snippets"),
        ("tea//pot", "it contains '//', so the name of a folder is missing"),
        ("C:/pot", "not every system allows ':' in the name of a file"),
        ("tea\\pot", r"not every system allows '\\' in the name of a file"),
        ("tea/p\not", r"not every system allows '\n' in the name of a file"),
        ("tea/what?", "not every system allows '?' in the name of a file"),
        ("tea/pot.py", "it ends in .py, which is added to it"),
        (".tea/pot", "'.tea' is a name of files and folders that are not published"),
        ("./pot", "'.' is a name of files and folders that are not published"),
        ("__pycache__/x", "'__pycache__' is a name of files and folders that are not published"),
        ("tea/Con", "'Con' is the name of a device on Windows"),
        ("aux.x/pot", "'aux.x' is the name of a device on Windows"),
        ("tea./pot", "Windows removes the last character of the folder 'tea.'"),
    ],
)
def test_new_says_why_a_name_cannot_be_used(
    library: Library, name: str, problem: str, capfd: Output
) -> None:
    assert main(["new", name]) == 2
    assert capfd.readouterr().err == (
        f"Error: {name!r} cannot be the name of a snippet: {problem}. Expected the path of the new "
        "file in snippets/ without .py, such as first_steps/two_calls.\n"
    )
    assert list(library.root.parent.rglob("*.py")) == []


def test_new_reports_a_file_that_cannot_be_created(library: Library, capfd: Output) -> None:
    (library.root / "tea").write_text("")
    assert main(["new", "tea/pot"]) == 2
    assert capfd.readouterr().err == (
        "Error: snippets/tea/pot.py: the file cannot be created: File exists.\n"
    )
