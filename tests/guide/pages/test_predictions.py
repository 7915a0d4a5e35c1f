"""Tests that each answer to a question matches the output that would prove this answer right.

The right answer matches the recorded output. Each wrong answer has a world: the output that the
program would have if this answer were right. worlds.toml describes it by replacements in the
recording.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mkdocs_runnable.pages.answers import (
    Answer,
    matching_answers,
    output_text,
    parse_answer,
    recorded_answer,
    split_condition,
)
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.check import load_recording
from mkdocs_runnable.snippets.reference import is_marked, parse, resolve, with_fences
from mkdocs_runnable.snippets.snippet import Snippet
from tests.conftest import REPOSITORY

PROJECT = Project.at(REPOSITORY)
WORLDS = tomllib.loads((REPOSITORY / "tests/guide/pages/worlds.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Asked:
    """A question on a page: its answers, and the snippet below it that shows the right one."""

    page: str
    answers: tuple[Answer, ...]
    snippet: Snippet


def read_questions() -> Iterator[Asked]:
    """Yield all questions; the first snippet after a list of answers belongs to these answers."""
    for path in sorted(PROJECT.docs.rglob("*.md")):
        page = path.relative_to(PROJECT.docs).as_posix()
        answers: list[Answer] = []
        for line, place in with_fences(path.read_text(encoding="utf-8")):
            if place != "outside":
                continue
            if item := split_condition(line):
                answers.append(parse_answer(item))
            elif answers and is_marked(line):
                snippet = resolve(parse(line), PROJECT.library, PROJECT.docs, page)
                yield Asked(page, tuple(answers), snippet)
                answers = []


QUESTIONS = list(read_questions())


def test_enough_pages_have_a_question() -> None:
    assert len(QUESTIONS) >= 24
    assert len({asked.page for asked in QUESTIONS}) >= 10
    assert set(WORLDS) == {asked.snippet.name for asked in QUESTIONS}


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: f"{asked.page}-{asked.snippet.name}")
def test_in_the_world_of_a_wrong_answer_only_this_answer_matches_the_output(asked: Asked) -> None:
    recording = load_recording(asked.snippet, PROJECT.library)
    right = recorded_answer(asked.answers, recording, asked.snippet.name)
    worlds = WORLDS[asked.snippet.name]
    wrong = {str(number) for number in range(1, len(asked.answers) + 1) if number != right}
    assert set(worlds) == wrong, "expected a world for each wrong answer"
    for number, replacements in worlds.items():
        text = output_text(recording)
        for pattern, replacement in replacements:
            text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
            assert count, f"answer {number}: {pattern!r} is not in the recording"
        assert matching_answers(asked.answers, text) == [int(number)], (
            f"answer {number} in its world:\n{text}"
        )
