"""Tests of the measured pages: their notebooks are recorded, and can be run again.

The notebooks contain checks of what their pages say, in cells with the tag ``check``. These cells
compare the results of one run with each other, and not with the recorded times. Other programs on
the same cores change these results, so only ``make bench`` runs the notebooks again.
"""

import re

import pytest

from mkdocs_runnable.notebooks.notebook import CHECK, Notebook, find, has_tag, text_of
from mkdocs_runnable.notebooks.page import stale
from mkdocs_runnable.notebooks.record import check
from mkdocs_runnable.notebooks.slim import slim, to_text
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY

PROJECT = Project.at(REPOSITORY)
NOTEBOOKS = [Notebook.read(path, PROJECT.where(path)) for path in find(PROJECT)]

each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda each: each.path.stem)


# One run takes about half a minute.
@pytest.mark.benchmark
@pytest.mark.timeout(1500)
@each_notebook
def test_the_checks_of_a_notebook_hold_in_another_run(notebook: Notebook) -> None:
    result = check(notebook)
    assert result.outcome == "passed", result.detail


def test_no_recording_is_missing_or_outdated() -> None:
    problems = stale(PROJECT)
    assert not problems, "\n".join(problems)


@each_notebook
def test_a_notebook_is_saved_in_the_form_in_which_the_command_record_saves_it(
    notebook: Notebook,
) -> None:
    text = notebook.path.read_text(encoding="utf-8")
    advice = f"run `python -m mkdocs_runnable record {notebook.where}`"
    assert text == to_text(slim(notebook.content)), advice
    assert max(map(len, text.splitlines())) < 5000, (
        "each line of an output needs its own line in the file"
    )


@each_notebook
def test_a_notebook_checks_its_results_gives_their_range_and_says_what_they_do_not_show(
    notebook: Notebook,
) -> None:
    assert any(has_tag(cell, CHECK) for cell in notebook.code_cells)
    shown = [text_of(cell["source"]) for cell in notebook.cells if cell["cell_type"] == "markdown"]
    assert re.search(r"\bmedians?\b.*\branges?\b", "\n".join(shown))
    _, limits = "\n".join(shown).split("## What these numbers do not show")
    assert "two cores" in limits.lower(), "the notebooks were recorded on a machine with two cores"
    outputs = str([cell["outputs"] for cell in notebook.code_cells])
    assert re.search(r"<th[^>]*>[^<]*\brange</th>", outputs, re.IGNORECASE)


def test_the_notebooks_are_found() -> None:
    assert len(NOTEBOOKS) >= 4
