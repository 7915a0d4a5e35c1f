"""Tests of the list of phrases, and of the list of terms whose spelling is corrected."""

import re
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.prose.phrases import PHRASES, Phrase, load

ALL = load(PHRASES)
each_phrase = pytest.mark.parametrize("phrase", ALL, ids=[phrase.pattern for phrase in ALL])


@each_phrase
def test_a_phrase_is_found_in_its_example(phrase: Phrase) -> None:
    assert list(phrase.find(phrase.wrong))


@each_phrase
def test_a_phrase_is_not_found_where_it_is_right(phrase: Phrase) -> None:
    assert [text for text in phrase.right if list(phrase.find(text))] == []


@each_phrase
def test_every_exception_is_needed(phrase: Phrase) -> None:
    for exception in phrase.unless:
        others = tuple(each for each in phrase.unless if each != exception)
        stricter = replace(phrase, unless=others)
        assert any(list(stricter.find(text)) for text in phrase.right), f"no example: {exception}"


@each_phrase
def test_the_better_wording_follows_the_house_style(phrase: Phrase) -> None:
    assert [other.pattern for other in ALL if list(other.find(phrase.better))] == []
    assert not re.search(r"[.;]$", phrase.better)
    assert phrase.because.endswith(".")


def test_no_pattern_is_listed_twice() -> None:
    assert len({phrase.pattern for phrase in ALL}) == len(ALL) > 30


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Both start at once.", ["at once"]),
        ("At once, both start.", ["At once"]),
        ("Both start at\nonce.", ["at\nonce"]),
        ("a flat once-only offer", []),
    ],
)
def test_a_pattern_matches_whole_words_in_any_case_and_across_lines(
    text: str, found: list[str]
) -> None:
    phrase = Phrase("at once", "immediately", "", "")
    assert [match[0] for match in phrase.find(text)] == found


def test_an_entry_with_an_unknown_field_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "phrases.toml"
    path.write_text('[[phrases]]\npattern = "x"\ninstead = "y"\n', encoding="utf-8")
    with pytest.raises(TypeError, match="instead"):
        load(path)


# --- the terms that codespell corrects ---


def test_corrected_terms_are_only_other_spellings_of_the_same_word() -> None:
    lines = (REPOSITORY / "tests/guide/pages/terms.txt").read_text(encoding="utf-8").split("\n")
    pairs = [line.split("->") for line in lines if line]
    squeezed = [[re.sub(r"[ -]", "", word) for word in pair] for pair in pairs]
    for wrong, right in squeezed:
        assert SequenceMatcher(None, wrong, right).ratio() > 0.95, f"{wrong} is another word"


@pytest.mark.parametrize(
    "term",
    [
        *("non-blocking", "multithreaded", "multithreading", "multi-core", "multiprocessing"),
        *("subinterpreter", "nogil", "preemptive", "time slice", "thread pool", "main thread"),
    ],
)
def test_terms_of_the_field_are_allowed(term: str) -> None:
    lines = (REPOSITORY / "tests/guide/pages/terms.txt").read_text(encoding="utf-8").split("\n")
    assert term not in {line.partition("->")[0] for line in lines}
    assert [phrase.pattern for phrase in ALL if list(phrase.find(f"a {term} is"))] == []
