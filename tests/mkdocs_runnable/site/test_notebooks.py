"""Tests that notebooks are run if something has changed, and that failures are reported."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.site.notebooks import execute_all, find, is_current


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "measured").mkdir(parents=True)
    return folder


def write(docs: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# Measured"), *map(new_code_cell, sources)]  # type: ignore[no-untyped-call]
    path = docs / "measured" / "times.ipynb"
    nbformat.write(new_notebook(cells=cells), path)  # type: ignore[no-untyped-call]
    return path


def execute(docs: Path, timeout: int = 60) -> list[str]:
    messages: list[str] = []
    execute_all(docs, docs.parent / "build", messages.append, timeout)
    return messages


def test_a_notebook_runs_in_its_folder_and_only_if_it_or_an_imported_module_changed(
    docs: Path,
) -> None:
    (docs / "measured" / "jobs.py").write_text("import deeper\nanswer = deeper.answer\n")
    (docs / "measured" / "deeper.py").write_text("answer = 41\n")
    (docs / "measured" / "other.py").write_text("")
    path = write(docs, "from jobs import answer", "%time\nprint(answer + 1)")
    executed = docs.parent / "build" / "measured" / "times.ipynb"
    before = path.read_bytes()

    (message,) = execute(docs)
    assert message.startswith("Running the notebook docs/measured/times.ipynb")
    assert "42" in executed.read_text()
    assert path.read_bytes() == before
    assert execute(docs) == []

    (docs / "measured" / "other.py").write_text("changed, but not imported\n")
    assert execute(docs) == []
    (docs / "measured" / "deeper.py").write_text("answer = 1\n")
    assert not is_current(path, executed)
    assert len(execute(docs)) == 1
    write(docs, "from jobs import answer", "print(answer + 2)")
    assert not is_current(path, executed)


def test_a_failing_cell_is_an_error(docs: Path) -> None:
    write(docs, "x = 1", "x / 0")
    with pytest.raises(RunnableError) as caught:
        execute(docs)
    assert str(caught.value) == (
        "docs/measured/times.ipynb: cell 3 failed: ZeroDivisionError: division by zero."
    )
    assert not (docs.parent / "build").exists()


def test_a_cell_that_does_not_end_is_an_error(docs: Path) -> None:
    write(docs, "while True: pass")
    with pytest.raises(RunnableError, match="cell 2 did not finish within 1 seconds"):
        execute(docs, timeout=1)


@pytest.mark.parametrize("text", ["no JSON", "{}", '{"nbformat": 4, "cells": 1}'])
def test_a_damaged_notebook_is_an_error(docs: Path, text: str) -> None:
    (docs / "measured" / "times.ipynb").write_text(text)
    with pytest.raises(RunnableError, match=r"docs/measured/times.ipynb: not a valid notebook: "):
        execute(docs)


def test_checkpoints_are_not_pages(docs: Path) -> None:
    path = write(docs, "1")
    copy = docs / ".ipynb_checkpoints" / "times.ipynb"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    assert find(docs) == [path]
