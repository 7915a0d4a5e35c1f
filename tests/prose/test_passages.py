"""Tests of finding the prose in files of each format."""

import json
import textwrap
from pathlib import Path

import pytest

from tests.prose.passages import FORMATS, OBJECT, passages


def prose(tmp_path: Path, name: str, text: str) -> dict[int, str]:
    """Return the prose on each line of a file, by the number of the line."""
    path = tmp_path / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return {
        line: piece.replace(OBJECT, "").strip()
        for passage in passages(path)
        for line, piece in zip(passage.lines, passage.text.split("\n"), strict=True)
        if piece.replace(OBJECT, "").strip()
    }


def test_code_addresses_and_conditions_of_a_page_are_no_prose(tmp_path: Path) -> None:
    text = """\
    ---
    title: Wait
    ---

    # Wait { #old-id }

    A `call` to [another page](at-once.md#at-once)
    of <span title="a tooltip" class="at-once">this site</span>.

    ```python
    code = "at once"
    ```

    1. an answer { when='at once' }

    [snippets/at_once/at_once.py](../snippets/at_once/at_once.py){ .runnable }

    <!-- style: off because it is an example -->
    at once

    <!-- style: on -->
    After https://example.org/at-once it ends. <!-- at once -->
    """
    assert prose(tmp_path, "page.md", text) == {
        1: "---",
        2: "title: Wait",
        3: "---",
        5: "# Wait",
        7: "A  to [another page",
        8: "of a tooltipthis site.",
        14: "1. an answer",
        22: "After  it ends.",
    }


def test_a_fence_in_a_list_ends_at_its_own_closing_line(tmp_path: Path) -> None:
    text = """\
    1. Do this:

       ````markdown
       ```sh
       make
       ```
       ````

    2. Do that.
    """
    assert prose(tmp_path, "page.md", text) == {1: "1. Do this:", 9: "2. Do that."}


def test_each_paragraph_is_a_passage_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("one\ntwo\n\nthree\n", encoding="utf-8")
    assert [passage.text for passage in passages(path)] == ["one\ntwo", "three"]


def test_the_prose_of_a_notebook_has_the_lines_of_its_file(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "\n", "Text with “quotes”.\n", "`code`"]},
        {"cell_type": "code", "source": ["# A comment.\n", 'print("A text.")\n', "%matplotlib x"]},
        {"cell_type": "markdown", "source": ["Text with “quotes”.\n"]},
    ]
    text = json.dumps({"cells": cells}, indent=1, ensure_ascii=False)
    found = prose(tmp_path, "measured.ipynb", text)
    lines = text.split("\n")
    assert sorted(found.values()) == [
        "# Title",
        "A comment.",
        "A text.",
        *["Text with “quotes”."] * 2,
    ]
    assert all(piece.split()[-1].strip('"') in lines[line - 1] for line, piece in found.items())


def test_strings_and_comments_of_a_data_file_are_prose(tmp_path: Path) -> None:
    text = '''\
    # A comment.
    [[entries]]
    what = "A text with `code`." # After it.
    long = """
    Two
    lines."""
    '''
    assert prose(tmp_path, "data.toml", text) == {
        1: "# A comment.",
        3: "# After it.",
        5: "Two",
        6: 'lines."""',
        4: '"""',
    }


PROGRAM = '''\
"""The module."""
# A comment
# of two lines.
TEXT = "One text " f"of {3:>{width}} parts"  # Beside it.
PATTERN = r"at once"
NAME = "at_once"
# region at once

def f():
    """The function."""
    raise ValueError(
        "A message "
        f"of {2} lines.\\nAnd more."
    )
'''


def test_comments_docstrings_and_messages_of_a_program_are_prose(tmp_path: Path) -> None:
    found = prose(tmp_path, "program.py", PROGRAM)
    assert found[1] == "The module."
    assert (found[2], found[3]) == ("A comment", "of two lines.")
    assert found[10] == "The function."
    assert (found[12], found[13]) == ("A message", "of  lines.  And more.")
    assert not {5, 6, 7} & set(found)


def test_literals_that_a_program_joins_are_one_passage(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text('print(\n    "at "\n    "once"\n)\n', encoding="utf-8")
    (passage,) = passages(path)
    assert passage.text.split() == ["at", "once"]
    path = tmp_path / "script.ts"
    path.write_text('show("at " +\n  `once ${a ? "A word" : `A ${b}`} after`);\n', encoding="utf-8")
    first, *_ = passages(path)
    assert first.text.split()[:2] == ["at", "once"]


def test_comments_and_shown_texts_of_a_script_are_prose(tmp_path: Path) -> None:
    text = r"""
    import { f } from "./at_once.ts"; // at once
    /* at once */
    const pattern = /"at once/g;
    const half = (a / b) + "Not a pattern" + 1 / 2;
    show(`Between ${list.map((x) => { return `${x} inner`; }).join("; and ")} after`, 'It\'s');
    """
    found = prose(tmp_path, "script.ts", text)
    assert (found[2], found[3]) == ("at once", "at once")
    assert set(found) == {2, 3, 5, 6}
    assert found[5] == "Not a pattern"
    for piece in ("Between", "inner", "; and", "after"):
        assert piece in " ".join(passage.text for passage in passages(tmp_path / "script.ts"))


def test_visible_texts_of_a_template_and_a_drawing_are_prose(tmp_path: Path) -> None:
    text = """\
    <style>.at-once { }</style>
    {% if at_once %}<p aria-label="Read out">Shown {{ at_once }}</p>{# at once #}
    """
    assert prose(tmp_path, "template.html", text) == {2: "Read outShown"}
    assert prose(tmp_path, "drawing.svg", text) == {2: "Read outShown"}


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.rst"
    path.touch()
    with pytest.raises(ValueError, match="no rule says what is prose"):
        passages(path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_file_has_no_prose(tmp_path: Path, suffix: str) -> None:
    text = '{"cells": []}' if suffix == ".ipynb" else ""
    assert prose(tmp_path, f"empty{suffix}", text) == {}
