"""Brings notebooks into the form in which they are committed, so that their diffs are short.

The form has no execution counts, no times and no settings of the editor. Each line of code
and each line of an output is a line of the file, and the keys are sorted.
"""

import json
from typing import Any

from mkdocs_runnable.notebooks.notebook import Cell, text_of
from mkdocs_runnable.recording.terminal import CONTROL, Terminal

# The types of outputs that are text, and are therefore saved as lists of lines, begin like this.
_TEXTS = ("text/", "image/svg+xml")
# What Jupyter and its kernels write into the metadata of a cell during a run.
_VOLATILE = ("ExecuteTime", "collapsed", "execution", "scrolled")


def slim(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a notebook without what only one run or one editor needs."""
    metadata = content["metadata"]
    if "language_info" in metadata:
        metadata = metadata | {"language_info": {"name": metadata["language_info"]["name"]}}
    return content | {"metadata": metadata, "cells": [_cell(cell) for cell in content["cells"]]}


def to_text(content: dict[str, Any]) -> str:
    """Return the text of the file of a notebook."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cell(cell: Cell) -> Cell:
    metadata = {key: value for key, value in cell["metadata"].items() if key not in _VOLATILE}
    slimmed = cell | {"metadata": metadata, "source": _lines(cell["source"])}
    if cell["cell_type"] == "code":
        slimmed |= {"execution_count": None, "outputs": _outputs(cell["outputs"])}
    return slimmed


def _outputs(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged: list[dict[str, Any]] = []
    for output in outputs:
        # Two lines that a cell prints may arrive in one message or in two.
        if merged and "name" in output and merged[-1].get("name") == output["name"]:
            merged[-1]["text"] = text_of(merged[-1]["text"]) + text_of(output["text"])
        else:
            merged.append(dict(output))
    return [_output(output) for output in merged]


def _output(output: dict[str, Any]) -> dict[str, Any]:
    if output["output_type"] == "stream":
        return output | {"text": _lines(_as_in_a_terminal(text_of(output["text"])))}
    if output["output_type"] == "error":
        # The whole traceback would name folders of this machine.
        return output | {"traceback": [f"{output['ename']}: {output['evalue']}"]}
    return _display(output)


def _display(output: dict[str, Any]) -> dict[str, Any]:
    data = output["data"]
    if len(data) > 1:
        # This text is for programs that can show neither tables nor pictures. A page can.
        data = {kind: value for kind, value in data.items() if kind != "text/plain"}
    data = {
        kind: _lines(value) if kind.startswith(_TEXTS) else value for kind, value in data.items()
    }
    count = {"execution_count": None} if output["output_type"] == "execute_result" else {}
    return {"output_type": output["output_type"], "data": data, "metadata": {}, **count}


def _as_in_a_terminal(text: str) -> str:
    """Return what a terminal shows after a program has printed a text, without colours."""
    if not CONTROL.search(text):
        return text
    terminal = Terminal()
    terminal.write("stdout", text)
    return "".join(f"{line}\n" for _, line in terminal.transcript())


def _lines(text: str | list[str]) -> list[str]:
    return text_of(text).splitlines(keepends=True)
