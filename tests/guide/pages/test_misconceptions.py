"""Tests that each misconception has a question, three answers and a program that decides."""

import re

import pytest

from mkdocs_runnable.pages.answers import parse_answer, recorded_answer, split_condition
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.check import load_recording
from mkdocs_runnable.snippets.reference import is_marked, parse, resolve
from tests.conftest import REPOSITORY

PROJECT = Project.at(REPOSITORY)
PAGE = PROJECT.docs / "reference" / "misconceptions.md"
_, *SECTIONS = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
# A misconception is a section whose heading is a quotation.
MISCONCEPTIONS = [section for section in SECTIONS if section.startswith('"')]


def test_there_are_at_least_10_misconceptions() -> None:
    assert len(MISCONCEPTIONS) >= 10


@pytest.mark.parametrize("section", MISCONCEPTIONS, ids=lambda section: section.split("\n")[0])
def test_readers_choose_an_answer_before_they_see_the_program(section: str) -> None:
    # The program is in an element <details>, which is folded away at first.
    asked, _, folded = section.partition("<details")
    options = re.findall(r"^(\d)\. ", asked, re.MULTILINE)
    assert "?" in asked
    assert options == ["1", "2", "3"]
    programs = [line for line in folded.split("\n") if is_marked(line)]
    assert len(programs) == 1, "the folded part contains exactly one program"
    answers = [parse_answer(item) for line in asked.split("\n") if (item := split_condition(line))]
    assert len(answers) == len(options)
    library = PROJECT.library
    snippet = resolve(parse(programs[0]), library, PROJECT.docs, "reference/misconceptions.md")
    right = recorded_answer(answers, load_recording(snippet, library), snippet.name)
    assert str(right) in options
    assert re.search(r"\]\((?:\.\./(?:explanation|tutorials|how-to)|claims)", folded), (
        "no link to a page"
    )
