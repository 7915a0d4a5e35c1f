"""Tests of the conditions of answers, and of which outputs satisfy them."""

import json
from typing import Any

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.answers import (
    Answer,
    Item,
    matching_answers,
    output_text,
    parse_answer,
    recorded_answer,
    split_condition,
)
from mkdocs_runnable.recording.recordings import Transcript
from tests.conftest import REPOSITORY

# The browser's implementation is tested with the same cases, in
# tests/runtime/page/question/answers.test.ts.
CASES = json.loads((REPOSITORY / "tests/cases/answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_conditions_match_as_in_browsers(case: dict[str, Any]) -> None:
    answer = Answer(case["when"], case.get("below"), case.get("above"))
    assert answer.matches(case["text"]) is case["holds"]


@pytest.mark.parametrize(
    ("item", "text", "answer"),
    [
        ("Ada { when='^Ada' }", "Ada", Answer("^Ada")),
        ("Ada {: when='^Ada' }", "Ada", Answer("^Ada")),
        (r"`{}` { when='\}{2}' }", "`{}`", Answer(r"\}{2}")),
        ("it's { when=\"it's\" }", "it's", Answer("it's")),
        ("1 s { when='(.*) s' below=1.5 above=-1 }", "1 s", Answer("(.*) s", 1.5, -1)),
    ],
)
def test_the_condition_is_split_off_an_item(item: str, text: str, answer: Answer) -> None:
    found = split_condition(item)
    assert found
    assert found.text == text
    assert parse_answer(found) == answer


@pytest.mark.parametrize("item", ["Ada", "Ada { .big }", "Ada { when='^Ada' } and more", "when="])
def test_an_item_without_a_condition_is_not_an_answer(item: str) -> None:
    assert split_condition(item) is None


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ("when='(' ", "when='(' is not a regular expression: missing ), unterminated subpattern"),
        ("when='a' .big", "unknown option '.big'. Expected one of: above, below, when."),
        ("when='a' belov=1", "unknown option 'belov'. Did you mean 'below'?"),
        ("when='(a)' below=soon", "below: expected a number such as 1.5, but received: 'soon'."),
        (
            "when='a' below=1 above=0",
            "below and above: when='a' has no group that captures a number.",
        ),
        (r"when='\Aa'", r"when='\\Aa': browsers and Python read '\\A' differently. Leave it out."),
        ("when='(?P<who>a)'", "browsers and Python read '(?P' differently."),
        ("when='(?i)a'", "browsers and Python read '(?i' differently."),
        (r"when='a\'", r"when='a\\' is not a regular expression"),
    ],
)
def test_a_wrong_condition_is_an_error(attributes: str, message: str) -> None:
    with pytest.raises(RunnableError) as caught:
        parse_answer(Item("", attributes))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        (r"a\sb", r"a[\t-\r ]b"),
        (r"took (\S+)", r"took ([^\t-\r ]+)"),
        (r"[\w\s-]\\s", r"[\w\t-\r -]\\s"),
        (r"[^\s]", r"[^\t-\r ]"),
        (r"^a[\s\S]*^b[\S\s]", r"^a[\s\S]*^b[\S\s]"),
        (r"\[\s\]", r"\[[\t-\r ]\]"),
    ],
)
def test_white_space_is_the_same_in_browsers_and_python(written: str, meaning: str) -> None:
    assert parse_answer(Item("", f"when='{written}'")).when == meaning


@pytest.mark.parametrize(
    "pattern",
    [
        r"\b\B\d\D\w\W\f\n\r\t\v\0\x41\u0041",
        r"[\b\d\D\w\W\f\n\r\t\v\0\x41\u0041\-\]]",
        r"\^\$\\\.\*\+\?\(\)\[\]\{\}\|\/",
        r"a{2}b{2,}?c{2,3}d*?e+?f??",
        r"(a)(?:b)(?=c)(?!d)(?<=e)(?<!f)\1",
        r"[(?P<[{}*+]",
    ],
)
def test_what_browsers_and_python_read_alike_is_not_changed(pattern: str) -> None:
    assert parse_answer(Item("", f"when='{pattern}'")).when == pattern


@pytest.mark.parametrize(
    ("pattern", "token"),
    [
        (r"\a", r"\a"),
        (r"[\a]", r"\a"),
        (r"\_", r"\_"),
        (r"a\-b", r"\-"),
        (r"\012", r"\012"),
        (r"[\1]", r"\1"),
        (r"\U00000041", r"\U"),
        (r"\N{BULLET}", r"\N"),
        (r"[\S ]", r"\S"),
        ("[]a]", "[]"),
        ("a]", "]"),
        ("a}", "}"),
        ("a{", "{"),
        ("a{,2}", "{"),
        ("(?>a)", "(?>"),
        ("(?#a)", "(?#"),
    ],
)
def test_what_browsers_and_python_read_differently_is_refused(pattern: str, token: str) -> None:
    with pytest.raises(RunnableError) as caught:
        parse_answer(Item("", f"when='{pattern}'"))
    assert f"browsers and Python read {token!r} differently" in str(caught.value)


@pytest.mark.parametrize("token", ["*+", "++", "?+", "{2}+"])
def test_possessive_quantifiers_are_refused(token: str) -> None:
    with pytest.raises(RunnableError, match="browsers and Python read"):
        parse_answer(Item("", f"when='a{token}'"))


def test_conditions_search_both_streams_but_not_the_exit_status() -> None:
    transcript = Transcript.parse("one\n2> two\n[exit status 1]\n")
    assert output_text(transcript) == "one\ntwo\n"


def test_exactly_one_answer_has_to_match() -> None:
    answers = [Answer("^hot"), Answer("^cold"), Answer("^h")]
    assert matching_answers(answers, "hot\n") == [1, 3]
    assert recorded_answer(answers[:2], Transcript.parse("hot\n"), "tea/pot") == 1
    with pytest.raises(RunnableError, match=r"answers 1 and 3 match .* tea/pot\.py"):
        recorded_answer(answers, Transcript.parse("hot\n"), "tea/pot")
    with pytest.raises(RunnableError, match="no answer matches the recorded output of tea/pot"):
        recorded_answer(answers, Transcript.parse("warm\n"), "tea/pot")
