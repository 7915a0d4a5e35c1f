"""The page of misconceptions: a question, three answers, then the program and the right answer."""

import re

import pytest

from mkdocs_runnable.project import Project
from mkdocs_runnable.reference import is_marked
from tests.conftest import REPOSITORY

PAGE = Project(REPOSITORY).docs / "reference" / "misconceptions.md"
_, *SECTIONS = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
CARDS = [section for section in SECTIONS if section.startswith('"')]


def test_there_are_enough() -> None:
    assert len(CARDS) >= 10


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.split("\n")[0])
def test_predict_then_run(card: str) -> None:
    asked, _, opened = card.partition("<details")
    options = re.findall(r"^(\d)\. ", asked, re.MULTILINE)
    assert "?" in asked
    assert options == ["1", "2", "3"]
    assert any(is_marked(line) for line in opened.split("\n")), "the program is behind the fold"
    right = re.search(r"\*\*Answer (\d)\.\*\*", opened)
    assert right
    assert right[1] in options
    assert re.search(r"\]\((?:\.\./(?:explanation|tutorials|how-to)|claims)", opened), "leads on"
