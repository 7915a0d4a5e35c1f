"""Tests that each frequent question has a short answer, a page, and a program on that page."""

import re
import sys
from dataclasses import dataclass

import pytest

from guide.tables.catalogue import shown_on
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY
from tests.guide.pages.interpreters import INTERPRETERS, ask

PROJECT = Project.at(REPOSITORY)
PAGE = PROJECT.docs / "reference" / "questions.md"
# The places on pages where each program is shown, by the name of the program.
SHOWN = shown_on(PROJECT.library, PROJECT.docs)
# The last paragraph of a question: a link to a page, and a link to a program where it is shown.
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
        found.append(Question(re.sub(r" +\{.*\}$", "", text), answer, links))
    return found


QUESTIONS = read_questions()


def test_there_are_25_questions() -> None:
    assert len({question.text for question in QUESTIONS}) == 25


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text)
def test_each_question_has_an_answer_a_page_and_a_program(question: Question) -> None:
    assert question.text.endswith("?") or question.text.startswith("What does")
    assert len(re.findall(r"[.!?](?= [A-Z`]|$)", question.answer)) == 2, "two sentences"
    links = LINKS.fullmatch(question.links)
    assert links, "expected: [Page](…) · [`topic/name.py`](…)"
    assert (PROJECT.docs / links["page"].partition("#")[0]).is_file()
    assert links["place"] in SHOWN[links["name"]], "the place where the program is shown"


# Tries to send different objects to a process, and prints the errors.
PICKLING = """
import json, multiprocessing, pickle, sys

def outer():
    def inner():
        pass
    return inner

square = lambda x: x * x

class Shop:
    class Order:
        pass

def error(call):
    try:
        call()
    except Exception as error:
        return [type(error).__name__, str(error)]

def start():
    process = multiprocessing.Process(target=outer())
    process.start()
    process.join()

print(json.dumps({
    "version": sys.version_info[:2],
    "inner": error(lambda: pickle.dumps(outer())),
    "lambda": error(lambda: pickle.dumps(square)),
    "nested": error(lambda: pickle.dumps(Shop.Order)),
    "start": error(start) if sys.platform == "linux" else None,
}))
"""


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_the_errors_of_what_cannot_be_sent_to_a_process(interpreter: str) -> None:
    """Check the answer to "Why a PicklingError since Python 3.14?" in each version."""
    found = ask(interpreter, PICKLING)
    since_314 = found["version"] >= [3, 14]
    name, message = found["inner"]
    assert name == ("PicklingError" if since_314 else "AttributeError")
    assert re.match(r"Can't (get|pickle) local object", message)
    name, message = found["lambda"]
    assert name == "PicklingError"
    assert message.startswith("Can't pickle <function <lambda>")
    assert found["nested"] is None
    if sys.platform == "linux":
        assert (found["start"] or [None])[0] == ("PicklingError" if since_314 else None)
