"""The questions of "Choose a model", its table and its program say the same."""

import itertools
import runpy
from collections.abc import Iterator
from typing import Any

import pytest

from guide.tables.choices import Answer, Choice, load_choices
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY

PROJECT = Project(REPOSITORY)
CHOICES = load_choices(PROJECT.docs / "how-to" / "choose.toml")


@pytest.fixture(scope="module")
def program() -> dict[str, Any]:
    return runpy.run_path(str(PROJECT.library.path("choose/choose")))


def ways() -> Iterator[dict[str, Answer]]:
    """Every combination of answers, by the keys of the questions."""
    for answers in itertools.product(*(question.answers for question in CHOICES.questions)):
        keys = (question.key for question in CHOICES.questions)
        yield dict(zip(keys, answers, strict=True))


def row_for(way: dict[str, Answer]) -> Choice:
    (row,) = [
        row
        for row in CHOICES.rows
        if all(way[key].key in answers for key, answers in row.when.items())
    ]
    return row


def test_every_way_leads_to_what_the_program_says(program: dict[str, Any]) -> None:
    for way in ways():
        job = {"name": "", "together": 0, "waits": 0}
        for answer in way.values():
            job |= answer.job
        row = row_for(way)
        assert program["choose"](program["Job"](**job)) == (row.choose, row.because)


def test_every_row_is_reached() -> None:
    assert {row_for(way).job for way in ways()} == {row.job for row in CHOICES.rows}
