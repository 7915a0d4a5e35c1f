"""Tests of `LineFinder`, with which all Markdown extensions find the line of a text on a page."""

from mkdocs_runnable.blocks import LineFinder


def test_equal_lines_are_found_one_after_another() -> None:
    finder = LineFinder([(1, "tea"), (2, "milk"), (5, "tea")])
    assert [finder.find("tea") for _ in range(3)] == [1, 5, None]
    assert finder.find("mil") is None


def test_a_line_that_contains_a_text_is_found_once() -> None:
    finder = LineFinder([(3, "a cup of tea"), (4, "tea")])
    assert finder.find_containing("tea") == 3
    assert finder.find("a cup of tea") is None
    assert finder.find_containing("tea") == 4
