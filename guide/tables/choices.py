"""A table of recommendations, and questions that lead to one of its rows.

The table is complete without scripts. With scripts, its element ``<choice-table>`` shows the
questions above the rows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.tables.data import load_toml, make
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Column, Row, Table

MAX_QUESTIONS = 5


@dataclass(frozen=True)
class Answer:
    """One answer to a question.

    Attributes:
        key: The name by which rows refer to the answer.
        text: What readers see.
        job: This answer as fields of a ``Job`` in ``snippets/choose/choose.py``, a program that
            should make the same choices. Only ``tests/guide/pages/test_choose.py`` uses it, to
            compare the two.
    """

    key: str
    text: str
    job: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A question, which readers see only if its answer still makes a difference.

    Attributes:
        key: The name by which rows refer to the question.
        ask: What readers see.
        answers: The answers from which readers choose.
    """

    key: str
    ask: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Choice:
    """One row of the table.

    Attributes:
        job: What the job does: the end of a sentence that begins with "The job".
        choose: The recommended model.
        because: The reason.
        start: A program to start from, as inline Markdown.
        when: Maps the keys of questions to the keys of the answers that lead to this row. The
            answers to questions that are missing here make no difference.
    """

    job: str
    choose: str
    because: str
    start: str
    when: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choices:
    """All questions, in the order in which they are asked, and all rows of the table."""

    questions: tuple[Question, ...]
    rows: tuple[Choice, ...]


def load_choices(path: Path) -> Choices:
    """Read the questions and the rows from a data file.

    Raises:
        RunnableError: The file cannot be read, an entry does not match its class, a row refers to
            an unknown answer, or there are too many questions.
    """
    data = load_toml(path)
    questions = tuple(_question(entry, path.name) for entry in data.get("questions", []))
    if len(questions) > MAX_QUESTIONS:
        raise RunnableError(f"{path.name}: there are more than {MAX_QUESTIONS} questions.")
    known = {question.key: {each.key for each in question.answers} for question in questions}
    rows = []
    for entry in data.get("rows", []):
        where = f"{path.name}: row {entry.get('job')!r}"
        row = make(Choice, entry, where)
        for key, answers in row.when.items():
            if not set(answers) <= known.get(key, set()):
                raise RunnableError(f"{where}: question '{key}' has no answers {list(answers)}.")
        rows.append(row)
    return Choices(questions, tuple(rows))


def _question(entry: Mapping[str, Any], name: str) -> Question:
    where = f"{name}: question {entry.get('key')!r}"
    answers = tuple(make(Answer, each, where) for each in entry.get("answers", []))
    return make(Question, {**entry, "answers": answers}, where)


@dataclass(frozen=True)
class ChoiceTable(Table):
    """A table of recommendations whose HTML element also contains the questions.

    The questions are in an attribute, which the script of ``<choice-table>`` reads. Two further
    attributes contain the words that the script shows with the questions and with their result.
    """

    questions: Sequence[Question] = ()

    def element(self) -> Element:
        """Return ``<choice-table>``."""
        root = super().element()
        root.tag = "choice-table"
        questions = [
            {
                "key": question.key,
                "ask": question.ask,
                "answers": [{"key": each.key, "text": each.text} for each in question.answers],
            }
            for question in self.questions
        ]
        root.set("data-questions", json.dumps(questions))
        root.set("data-label", "Questions about your job")
        root.set("data-result", "{choose}, because {because}. Start from {start}.")
        return root


def choices_table(path: Path, pages: Pages) -> ChoiceTable:  # noqa: ARG001 - the engine passes both
    """Return the rows and questions in a data file as a table."""
    choices = load_choices(path)
    return ChoiceTable(
        caption="Take the first row that describes your job",
        columns=[
            Column("The job …", "key"),
            Column("Choose", "choose"),
            Column("Because", "because"),
            Column("Start from", "start"),
        ],
        rows=[
            Row(
                key=f"choice-{number}",
                cells=[[row.job], [f"**{row.choose}**"], [row.because], [row.start]],
                facets=row.when,
            )
            for number, row in enumerate(choices.rows, 1)
        ],
        facets={question.key: question.ask for question in choices.questions},
        questions=choices.questions,
    )
