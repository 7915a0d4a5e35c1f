"""Every fenced block of Python in the pages runs, and prints what its ``#>`` comments say.

A block that cannot run is marked in the page itself: ``` ```{.python test="skip"} ```.
"""

import re
from pathlib import Path

import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

from tests.conftest import REPOSITORY, ruff_ignored

PAGES = [
    *sorted((REPOSITORY / "docs").rglob("*.md")),
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md")),
]
EXAMPLES = [*find_examples(*(str(page) for page in PAGES))]


def is_skipped(example: CodeExample) -> bool:
    return example.prefix_settings().get("test") == "skip"


def overlooked(path: Path) -> list[int]:
    """Return the lines that open a block of Python in a form that pytest-examples does not know."""
    opening = re.compile(
        r"[\s>]*(?:`{3,}|~{3,})[\s{.]*(?:py|python|python3|pycon)\b", re.IGNORECASE
    )
    lines = path.read_text(encoding="utf-8").split("\n")
    found = {example.start_line for example in find_examples(str(path))}
    return [
        number
        for number, line in enumerate(lines, 1)
        if opening.match(line) and number not in found
    ]


def check(example: CodeExample, eval_example: EvalExample) -> None:
    """Check the style of a block, run the block, and compare its output with its comments."""
    eval_example.set_config(
        target_version="py312",  # type: ignore[arg-type]  # pytest-examples lists none after 3.11
        # The default of ruff. In snippets, lines may have 100 characters.
        ruff_line_length=88,
        ruff_ignore=ruff_ignored("snippets/**"),
    )
    eval_example.lint_ruff(example)
    eval_example.run_print_check(example)


@pytest.mark.parametrize("example", EXAMPLES or [None], ids=str)
def test_a_block_prints_what_its_comments_say(
    example: CodeExample | None, eval_example: EvalExample
) -> None:
    if example is None:
        pytest.skip("no page has a fenced block of Python")
    if is_skipped(example):
        pytest.skip(f'{example} is marked test="skip"')
    check(example, eval_example)


def test_the_pages_are_found() -> None:
    # Otherwise the tests above and below would pass without testing anything.
    assert all(page.exists() for page in PAGES)
    assert len(PAGES) > 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_no_block_is_overlooked(page: Path) -> None:
    assert not overlooked(page), "write ```python, or ```{.python …} without a space before the dot"


# --- tests of the checks above ----------------------------------------------------------------


def examples_in(tmp_path: Path, text: str) -> list[CodeExample]:
    path = tmp_path / "page.md"
    path.write_text(text)
    return [*find_examples(str(path))]


def test_a_wrong_print_is_found(tmp_path: Path, eval_example: EvalExample) -> None:
    (right,) = examples_in(tmp_path, "```python\nprint(1 + 1)\n#> 2\n```\n")
    check(right, eval_example)
    (wrong,) = examples_in(tmp_path, "```python\nprint(1 + 1)\n#> 3\n```\n")
    with pytest.raises(pytest.fail.Exception, match="Print output changed"):
        check(wrong, eval_example)


def test_a_block_in_an_unknown_form_is_found(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    block = "\nx = 1\n```\n\n"
    path.write_text(
        f"```python{block}```{{ .python }}{block}```{{.py}}{block}~~~ python\nx = 1\n~~~\n"
    )
    # The second and the fourth block.
    assert overlooked(path) == [5, 13]


def test_a_block_is_skipped_only_if_the_page_marks_it(tmp_path: Path) -> None:
    text = '```{.python test="skip"}\n1 / 0\n```\n\n```python\n1 / 0\n```\n'
    assert [is_skipped(each) for each in examples_in(tmp_path, text)] == [True, False]
