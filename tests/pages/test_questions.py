"""The page of questions: each has a short answer, a page and a program that this page shows."""

import re
from dataclasses import dataclass

import pytest

from mkdocs_runnable.project import Project
from mkdocs_runnable.tables.catalogue import shown_on
from tests.conftest import REPOSITORY

PROJECT = Project(REPOSITORY)
PAGE = PROJECT.docs / "reference" / "questions.md"
SHOWN = shown_on(PROJECT.library, PROJECT.docs)
LINKS = re.compile(
    r"\[[^\]`]+\]\(\.\./(?P<page>[^)]+)\) · \[`(?P<name>[\w/]+)\.py`\]\(\.\./(?P<place>[^)]+)\)"
)


@dataclass(frozen=True)
class Question:
    text: str
    answer: str
    links: str


def read_questions() -> list[Question]:
    _, *sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for section in sections:
        text, answer, links = section.split("\n## ")[0].strip().split("\n\n")
        found.append(Question(text, answer, links))
    return found


QUESTIONS = read_questions()


def test_there_are_25() -> None:
    assert len({question.text for question in QUESTIONS}) == 25


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text)
def test_answer_page_and_program(question: Question) -> None:
    assert question.text.endswith("?") or question.text.startswith("What does")
    assert len(re.findall(r"[.!?](?= [A-Z`]|$)", question.answer)) == 2, "two sentences"
    links = LINKS.fullmatch(question.links)
    assert links, "expected: [Page](…) · [`topic/name.py`](…)"
    assert (PROJECT.docs / links["page"].partition("#")[0]).is_file()
    assert links["place"] in SHOWN[links["name"]], "the place where the program is shown"
