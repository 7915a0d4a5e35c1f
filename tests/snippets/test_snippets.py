"""Every snippet runs on this Python, prints what is recorded, and is tidy and in use."""

import os
import platform
import re
from collections.abc import Callable

import pytest
from pytest_examples import CodeExample, EvalExample

from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.check import Outcome, Result, check_snippet, stale_recordings
from mkdocs_runnable.snippets.reference import is_marked, marked_lines, parse
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import REPOSITORY, RESULT, AddSnippet, ruff_ignored

PROJECT = Project.at(REPOSITORY)
LIBRARY = PROJECT.library


def is_busy() -> bool:
    """Return whether, averaged over a minute, more processes want to run than there are cores."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def judge(check: Callable[[], Result], is_busy: Callable[[], bool] = is_busy) -> Result:
    """Check a snippet, and repeat a failed check up to two times while the machine is busy.

    A busy machine may suspend a program for longer than any of its waits takes. Then a heartbeat is
    late although nothing has blocked it, or threads reach the end of a race in another order.
    """
    result = check()
    for _ in range(2):
        if result.outcome != "failed" or not is_busy():
            break
        result = check()
    return result


@pytest.mark.parametrize("name", LIBRARY.names())
def test_a_snippet_prints_what_is_recorded(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    result = judge(lambda: check_snippet(LIBRARY.load(name), LIBRARY))
    record_property(RESULT, (name, result.outcome, result.detail))
    if result.outcome == "skipped":
        pytest.skip(f"{name}: {result.detail}")
    assert result.outcome == "passed", f"{name}: {result.detail}"


@pytest.mark.parametrize("name", LIBRARY.names())
def test_a_snippet_follows_the_rules_of_the_linter(name: str, eval_example: EvalExample) -> None:
    snippet = LIBRARY.load(name)
    eval_example.set_config(
        target_version="py312",  # type: ignore[arg-type]  # pytest-examples lists none after 3.11
        ruff_line_length=100,
        ruff_ignore=ruff_ignored("snippets/**"),
    )
    # Only the rules, not the format: a snippet may be formatted differently from a block in a page.
    eval_example.lint_ruff(CodeExample.create(snippet.source, path=snippet.path))


@pytest.mark.parametrize("name", LIBRARY.names())
def test_a_snippet_ends_in_one_newline_and_has_no_tabs(name: str) -> None:
    data = LIBRARY.path(name).read_bytes()
    assert data.endswith(b"\n")
    assert not data.endswith(b"\n\n")
    assert b"\t" not in data
    assert b"\r" not in data


def shown_on(text: str) -> set[str]:
    """Return the names of the snippets that a page shows."""
    references = [parse(line) for _, line in marked_lines(text) if is_marked(line)]
    return {
        reference.href.rpartition("snippets/")[2].removesuffix(".py") for reference in references
    }


def unused(library: Library, pages: list[str]) -> set[str]:
    """Return the names of the snippets that no page shows."""
    return set(library.names()) - {name for page in pages for name in shown_on(page)}


def test_every_snippet_is_on_a_page() -> None:
    pages = [path.read_text(encoding="utf-8") for path in PROJECT.docs.rglob("*.md")]
    hidden = unused(LIBRARY, pages)
    assert not hidden, f"no page shows {', '.join(sorted(hidden))}: show them, or remove them"


def test_every_snippet_has_an_up_to_date_recording_and_every_recording_a_snippet() -> None:
    problems = stale_recordings(LIBRARY)
    assert not problems, "\n".join(problems)


def misnamed(library: Library) -> list[str]:
    """Return the snippets that are not in the folder of a topic, or not in snake_case."""
    word = "[a-z][a-z0-9_]*"
    return [name for name in library.names() if not re.fullmatch(f"{word}/{word}", name)]


def test_names_are_a_topic_and_a_name_in_snake_case() -> None:
    wrong = misnamed(LIBRARY)
    assert not wrong, f"rename {', '.join(wrong)}: expected topic/name in snake_case"


def test_the_snippets_are_found() -> None:
    # Otherwise the tests above would pass without testing anything.
    assert len(LIBRARY.names()) >= 15


# --- tests of the checks above ----------------------------------------------------------------


def test_an_unused_snippet_is_found(library: Library, add_snippet: AddSnippet) -> None:
    add_snippet("tea/pot", "")
    add_snippet("tea/cup", "")
    link = "[snippets/tea/pot.py](../snippets/tea/pot.py){ .runnable }"
    assert unused(library, [f"# Tea\n\n{link}\n"]) == {"tea/cup"}
    assert unused(library, [f"```\n{link}\n```\n"]) == {"tea/pot", "tea/cup"}


def test_a_wrong_name_is_found(library: Library, add_snippet: AddSnippet) -> None:
    wrong = ["Tea/pot", "pot", "tea/kettle/pot", "tea/my-pot"]
    for name in [*wrong, "tea/pot_2"]:
        add_snippet(name, "")
    assert misnamed(library) == wrong


def test_a_wrong_recording_is_found(library: Library, add_snippet: AddSnippet) -> None:
    # The order of the lines differs, and then the text.
    add_snippet("tea/pot", "print('1 cup')\nprint('2 cups')\n", "2 cups\n1 cup\n")
    assert check_snippet(library.load("tea/pot"), library).outcome == "failed"
    add_snippet("tea/pot", "print('3 cups')\n", "4 cups\n")
    assert check_snippet(library.load("tea/pot"), library).outcome == "failed"


@pytest.mark.parametrize(
    ("outcomes", "busy", "expected"),
    [
        (["failed", "passed"], False, "failed"),
        (["failed", "passed"], True, "passed"),
        (["failed", "failed", "passed"], True, "passed"),
        (["failed", "failed", "failed", "passed"], True, "failed"),
        (["passed", "failed"], True, "passed"),
        (["skipped", "failed"], True, "skipped"),
    ],
)
def test_a_failed_check_is_repeated_only_on_a_busy_machine_and_at_most_twice(
    outcomes: list[Outcome], busy: bool, expected: Outcome
) -> None:
    remaining = iter(outcomes)
    result = judge(lambda: Result("tea/pot", next(remaining)), lambda: busy)
    assert result.outcome == expected


def test_a_snippet_for_a_newer_python_is_skipped_with_a_reason(
    library: Library, add_snippet: AddSnippet
) -> None:
    add_snippet("tea/pot", '# /// script\n# requires-python = ">=4"\n# ///\n')
    result = check_snippet(library.load("tea/pot"), library)
    assert result.outcome == "skipped"
    major, minor, _ = platform.python_version_tuple()
    assert result.detail.startswith(f"requires Python >=4, this is CPython {major}.{minor}")


def test_missing_and_left_over_recordings_are_found(
    library: Library, add_snippet: AddSnippet
) -> None:
    add_snippet("tea/pot", "")
    add_snippet("tea/cup", "", "")
    add_snippet("tea/kettle", "print('changed')", "")
    # Which version of tea/kettle.py was recorded, by its hash; the present one is another.
    origins = '{"tea/kettle": {"interpreter": "CPython 3.13", "source": "0123456789ab"}}'
    (library.root / "recordings.json").write_text(origins)
    (library.root / "tea" / "gone.out").write_text("")
    record = "python -m mkdocs_runnable record"
    assert stale_recordings(library) == [
        "snippets/tea/cup.out: it is not known which tea/cup.py was recorded. "
        f"Run `{record} tea/cup`.",
        f"snippets/tea/kettle.out: older than tea/kettle.py. Run `{record} tea/kettle`.",
        f"snippets/tea/pot.out: missing. Run `{record} tea/pot`.",
        "snippets/tea/gone.out: a recording without a snippet. Remove it.",
    ]
