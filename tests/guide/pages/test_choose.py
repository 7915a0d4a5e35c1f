"""Tests that the table and the program on the page "Choose a model" give the same advice.

The questions, their answers and the rows of the table come from `docs/how-to/choose.toml`.
"""

import itertools
import runpy
from collections.abc import Iterator
from typing import Any

import pytest

from guide.tables.choices import Answer, Choice, load_choices
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY

PROJECT = Project.at(REPOSITORY)
CHOICES = load_choices(PROJECT.docs / "how-to" / "choose.toml")


@pytest.fixture(scope="module")
def program() -> dict[str, Any]:
    """Return the names that the program on the page defines."""
    return runpy.run_path(str(PROJECT.library.path("choose/choose")))


def combinations() -> Iterator[dict[str, Answer]]:
    """Yield every combination of answers, by the keys of the questions."""
    for answers in itertools.product(*(question.answers for question in CHOICES.questions)):
        keys = (question.key for question in CHOICES.questions)
        yield dict(zip(keys, answers, strict=True))


def row_for(combination: dict[str, Answer]) -> Choice:
    """Return the only row of the table whose conditions these answers meet."""
    (row,) = [
        row
        for row in CHOICES.rows
        if all(combination[key].key in answers for key, answers in row.when.items())
    ]
    return row


def test_table_and_program_agree_for_every_combination_of_answers(program: dict[str, Any]) -> None:
    for combination in combinations():
        # Each answer changes fields of the job about which the program is asked.
        job = {"name": "", "together": 0, "waits": 0}
        for answer in combination.values():
            job |= answer.job
        row = row_for(combination)
        assert program["choose"](program["Job"](**job)) == (row.choose, row.because)


def test_every_row_is_the_result_of_some_answers() -> None:
    assert {row_for(combination).job for combination in combinations()} == {
        row.job for row in CHOICES.rows
    }
