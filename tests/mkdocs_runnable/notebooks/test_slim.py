"""Tests of the form in which notebooks are committed."""

import json
from pathlib import Path
from typing import Any

import nbformat

from mkdocs_runnable.notebooks.record import record
from mkdocs_runnable.notebooks.slim import slim, to_text
from tests.mkdocs_runnable.notebooks.conftest import Write, code, read

# The first two entries are what Jupyter writes, and an author has added the third.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "version": "3.13.0", "file_extension": ".py"},
    "title": "kept",
}


def slim_outputs(*outputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the committed form of the outputs of a cell."""
    cell = code("", outputs=list(outputs))
    (slim_cell,) = slim({"metadata": {}, "cells": [cell]})["cells"]
    found: list[dict[str, Any]] = slim_cell["outputs"]
    return found


def printed(*texts: str, stream: str = "stdout") -> list[dict[str, Any]]:
    """Return an output for each text that a cell has printed."""
    return [{"output_type": "stream", "name": stream, "text": text} for text in texts]


def display(data: dict[str, object], **more: object) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": data, **more}


def record_to_text(path: Path) -> str:
    assert [each.outcome for each in record([(path, "times")], renew=True)] != ["failed"]
    return path.read_text(encoding="utf-8")


def test_a_recorded_notebook_is_the_same_after_every_run(write: Write) -> None:
    path = write(
        code("print('a')\nprint('b')\n1 + 1") | {"metadata": {"collapsed": False}},
        "from IPython.display import HTML\nHTML('<p>\\n</p>')",
        metadata=METADATA,
    )
    first = record_to_text(path)
    assert first == record_to_text(path), "the second run is another process at another time"
    assert first == to_text(slim(json.loads(first)))
    assert path.stat().st_mode & 0o777 == 0o644
    content = json.loads(first)
    nbformat.validate(content)
    assert set(content["metadata"]) == {"kernelspec", "language_info", "runnable", "title"}
    assert content["metadata"]["language_info"] == {"name": "python"}
    assert [cell["metadata"] for cell in content["cells"]] == [{}] * 3
    assert [cell["execution_count"] for cell in content["cells"][1:]] == [None, None]
    for line in ("print('a')\\n", "print('b')\\n", "1 + 1", "a\\n", "b\\n", "<p>\\n", "</p>"):
        assert f'"{line}"' in [each.strip(" ,") for each in first.split("\n")]
    # Jupyter writes the notebook in the same form.
    assert first.rstrip("\n") == nbformat.writes(nbformat.reads(first, 4))  # type: ignore[no-untyped-call]


def test_consecutive_texts_on_the_same_stream_become_one_output() -> None:
    parts = [*printed("a\nb", "c\n"), *printed("!", stream="stderr"), *printed("d")]
    assert [(each["name"], each["text"]) for each in slim_outputs(*parts)] == [
        ("stdout", ["a\n", "bc\n"]),
        ("stderr", ["!"]),
        ("stdout", ["d"]),
    ]


def test_text_is_saved_as_a_terminal_shows_it_without_colours() -> None:
    (output,) = slim_outputs(*printed("10 %", "\r20 %\n\x1b[31mred\x1b[0m\n"))
    assert output["text"] == ["20 %\n", "red\n"]


def test_the_plain_text_of_an_output_is_left_out_if_the_output_has_another_form() -> None:
    (output,) = slim_outputs(
        display({"text/html": "<p>\n</p>", "text/plain": "<object at 0x7f>"}, transient={"a": 1})
    )
    assert output == display({"text/html": ["<p>\n", "</p>"]})
    (plain,) = slim_outputs(display({"text/plain": "4"}))
    assert plain == display({"text/plain": ["4"]})
    (picture,) = slim_outputs(display({"image/png": "aGk=\n", "text/plain": "<Figure>"}))
    assert picture == display({"image/png": "aGk=\n"})


def test_an_error_that_a_cell_may_raise_names_no_folder(write: Write) -> None:
    path = write(code("1 / 0", "raises-exception"))
    assert str(path.parent) not in record_to_text(path)
    ((output,),) = (cell["outputs"] for cell in read(path).code_cells)
    assert output["traceback"] == ["ZeroDivisionError: division by zero"]
