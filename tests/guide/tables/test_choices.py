"""Tests of a table whose rows are found by answering questions, and of errors in its data."""

import json
from pathlib import Path

import pytest

from guide.tables.choices import choices_table, load_choices
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.tables.pages import Pages

DATA = """
[[questions]]
key = "leaf"
ask = "Which leaf?"
answers = [
  { key = "green", text = "Green", job = { minutes = 2 } },
  { key = "black", text = "Black" },
]

[[rows]]
job = "is green"
choose = "80 °C"
because = "it turns bitter"
start = "[here](#green)"
when = { leaf = ["green"] }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "choose.toml"
    path.write_text(DATA, encoding="utf-8")
    return path


def test_questions_and_conditions_become_attributes_of_the_element(path: Path) -> None:
    element = choices_table(path, Pages(path.parent)).element()
    assert element.tag == "choice-table"
    assert json.loads(element.get("data-questions", "")) == [
        {
            "key": "leaf",
            "ask": "Which leaf?",
            "answers": [{"key": "green", "text": "Green"}, {"key": "black", "text": "Black"}],
        }
    ]
    assert element.get("data-label") == "Questions about your job"
    (row,) = element.findall(".//tbody/tr")
    assert row.get("data-leaf") == "green"
    sentence = element.get("data-result", "")
    for cell in row:
        sentence = sentence.replace(
            f"{{{cell.get('class', '').removeprefix('data-table__')}}}", "".join(cell.itertext())
        )
    assert sentence == "**80 °C**, because it turns bitter. Start from [here](#green)."
    assert load_choices(path).questions[0].answers[0].job == {"minutes": 2}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["green"]', '["grey"]', "row 'is green': question 'leaf' has no answers ['grey']."),
        ("{ leaf =", "{ stem =", "row 'is green': question 'stem' has no answers ['green']."),
        ('{ leaf = ["green"] }', '"always"', "row 'is green': when cannot be 'always'."),
        ('ask = "Which leaf?"\n', "", "question 'leaf': ask is missing."),
        ('text = "Black"', 'txt = "Black"', "question 'leaf': unknown field 'txt'."),
    ],
)
def test_an_error_says_what_is_wrong_in_the_data(
    path: Path, old: str, new: str, message: str
) -> None:
    path.write_text(DATA.replace(old, new), encoding="utf-8")
    with pytest.raises(RunnableError) as error:
        load_choices(path)
    assert message in str(error.value)


def test_more_than_five_questions_are_an_error(path: Path) -> None:
    questions = DATA.split("[[rows]]")[0]
    path.write_text(questions * 6, encoding="utf-8")
    with pytest.raises(RunnableError, match="there are more than 5 questions"):
        load_choices(path)
