"""Tests that `python -m tests.prose` finds excluded phrases, except where they are allowed."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.prose.__main__ import main
from tests.prose.check import check, texts
from tests.prose.phrases import PHRASES, load

PHRASE = "Both tasks start at once."


def notebook(text: str) -> str:
    return json.dumps({"cells": [{"cell_type": "markdown", "source": [text]}]}, indent=1)


# Path of a file → its text, and the number of the line on which the phrase is.
PLANTED = {
    "README.md": (f"# Title\n\n{PHRASE}\n", 3),
    "docs/how-to/page.md": (f"# Title\n\nA paragraph.\n{PHRASE}\n", 4),
    "docs/reference/claims.toml": (f'[[claims]]\nid = "S000.1"\ntoday = "{PHRASE}"\n', 3),
    "docs/measured/costs.ipynb": (notebook(PHRASE), 6),
    "docs/templates/404.html": (f"<p>\n{PHRASE}</p>\n", 2),
    "docs/diagrams/overlap.svg": (f"<svg>\n<desc>{PHRASE}</desc></svg>\n", 2),
    "snippets/overlap/both.py": (f"import asyncio\n\n# {PHRASE}\n", 3),
    "mkdocs_runnable/recording/check.py": (f'raise ValueError(\n    "{PHRASE}"\n)\n', 2),
    "runtime/entry/widget.ts": (f'const label = 1;\nbutton("{PHRASE}");\n', 2),
    "runtime/python/explorer/words.py": (f'WORDS = f"{{1}} {PHRASE}"\n', 1),
}


def plant(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_phrase_is_found_with_file_line_and_better_wording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    text, line = PLANTED[name]
    plant(tmp_path, name, text.replace("at once", "at the same time"))
    assert main([], tmp_path) == 0
    assert capsys.readouterr().out == ""
    plant(tmp_path, name, text)
    assert main([], tmp_path) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(
        f"{name}:{line}: “at once”: write “immediately”, or “at the same time”."
    )


def test_one_file_can_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = plant(tmp_path, "docs/page.md", PHRASE)
    plant(tmp_path, "docs/other.md", PHRASE)
    assert main([str(page)], tmp_path) == 1
    assert "other.md" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("mkdocs_runnable/recording/check.py", f'x = 1\n\n\ndef f():\n    """{PHRASE}"""\n', 5),
        ("runtime/python/explorer/search.py", f"x = 1\n# {PHRASE}\n", 2),
        ("guide/tables/api.py", f"x = 1  # {PHRASE}\n", 1),
        ("runtime/entry/widget.ts", f"start();\n// {PHRASE}\n", 2),
        ("guide/browser/guide.ts", f"/**\n * A sentence.\n *\n * {PHRASE}\n */\nstart();\n", 4),
    ],
)
def test_comments_and_docstrings_of_the_code_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, line: int
) -> None:
    plant(tmp_path, name, text)
    assert main([], tmp_path) == 1
    assert f"{name}:{line}: “at once”" in capsys.readouterr().out


def test_a_phrase_that_is_split_over_lines_of_a_comment_is_found(tmp_path: Path) -> None:
    text = "// Both tasks start at\n// once, which is good.\nstart();\n"
    (message,) = messages(tmp_path, "runtime/entry/widget.ts", text)
    assert message.startswith("“at once”")


# --- permissions: comments that allow a phrase in their file ---


def messages(tmp_path: Path, name: str, text: str) -> list[str]:
    path = plant(tmp_path, name, text)
    return [finding.message for finding in check(path, load(PHRASES))]


def permission(words: str, reason: str = " because the title of a talk has it") -> str:
    return f'style: allow "{words}"{reason}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/page.md", f"<!-- {permission('start at once')} -->\n\n{PHRASE}\n"),
        ("docs/page.md", f"Both tasks start at\nonce.\n\n<!-- {permission('start at once')} -->\n"),
        ("docs/data.toml", f'what = "{PHRASE}" # {permission("start at once")}\n'),
        ("docs/book.ipynb", notebook(f"{PHRASE}\n\n<!-- {permission('start at once')} -->")),
        ("snippets/a/b.py", f"# {permission('start at once')}\nprint('{PHRASE}')\n"),
        ("runtime/a.ts", f'// {permission("start at once")}\nshow("{PHRASE}");\n'),
    ],
)
def test_a_phrase_can_be_allowed_with_a_reason(tmp_path: Path, name: str, text: str) -> None:
    assert messages(tmp_path, name, text) == []


def test_only_the_quoted_words_are_allowed(tmp_path: Path) -> None:
    text = f"<!-- {permission('start at once')} -->\n\n{PHRASE} Both end at once.\n"
    (message,) = messages(tmp_path, "docs/page.md", text)
    assert message.startswith("“at once”")


def test_a_permission_in_a_fence_is_an_example(tmp_path: Path) -> None:
    text = f"```markdown\n<!-- {permission('start at once')} -->\n```\n"
    assert messages(tmp_path, "docs/page.md", text) == []


def test_a_permission_without_a_reason_has_no_effect(tmp_path: Path) -> None:
    text = f"<!-- {permission('start at once', reason='')} -->\n\n{PHRASE}\n"
    assert len(messages(tmp_path, "docs/page.md", text)) == 2


def test_a_permission_that_allows_nothing_is_reported(tmp_path: Path) -> None:
    text = f"<!-- {permission('start at once')} -->\n\nBoth tasks start.\n"
    (message,) = messages(tmp_path, "docs/page.md", text)
    assert "delete this comment" in message


# --- all texts of the guide ---


def test_every_text_of_the_guide_is_checked() -> None:
    names = {path.relative_to(REPOSITORY).as_posix() for path in texts(REPOSITORY)}
    assert names >= {"README.md", "CONTRIBUTING.md", "mkdocs.yml", "docs/reference/claims.toml"}
    for folder, suffix in [("docs", ".md"), ("snippets", ".py"), ("runtime", ".ts")]:
        assert sum(name.startswith(folder) and name.endswith(suffix) for name in names) > 30
    assert not [name for name in names if "node_modules" in name]


def test_checking_all_texts_takes_less_than_three_seconds() -> None:
    phrases = load(PHRASES)
    start = time.process_time()
    for path in texts(REPOSITORY):
        check(path, phrases)
    assert time.process_time() - start < 3


def test_make_lint_checks_the_prose() -> None:
    command = ["make", "--dry-run", "lint"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert "-m tests.prose" in done.stdout
