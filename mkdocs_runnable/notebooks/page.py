"""Prepares recorded notebooks for the programs that turn them into pages."""

import re
from datetime import date
from html import escape
from typing import Any

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.notebooks.notebook import CHECK, Cell, Notebook, Origin, find, has_tag
from mkdocs_runnable.options import Policy
from mkdocs_runnable.project import Project

_CELL_ID = "runnable-origin"  # of the cell that says where the outputs were recorded
_NOT_RECORDED = "This notebook has not been recorded yet, so its outputs are missing."
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def for_readers(notebook: Notebook, policy: Policy) -> dict[str, Any]:
    """Return the content of a notebook as readers see it.

    A sentence before the first code says where the outputs were recorded. Cells that only check
    something are left out.

    Args:
        notebook: The notebook.
        policy: With ``required``, missing outputs are an error, and outdated ones are shown like
            any others, because the tests of such a project find them with :func:`stale`. With
            ``optional``, the page says that outputs are missing or outdated.

    Raises:
        RunnableError: Outputs are required, but missing.
    """
    if policy == "required" and notebook.state == "missing":
        raise RunnableError(f"{notebook.where}: {why_missing(notebook)}")
    cells = [cell for cell in notebook.cells if not has_tag(cell, CHECK)]
    if sentence := _sentence(notebook, policy):
        first = next((n for n, cell in enumerate(cells) if cell["cell_type"] == "code"), len(cells))
        cells.insert(first, _text_cell(notebook, sentence))
    return notebook.content | {"cells": cells}


def why_missing(notebook: Notebook) -> str:
    """Return the message about a notebook that has not been recorded."""
    return f"this notebook has no outputs. {_advice(notebook)}"


def _advice(notebook: Notebook) -> str:
    return f"Run `python -m mkdocs_runnable record {notebook.where}` and commit the notebook."


def stale(project: Project) -> list[str]:
    """Return a message for each notebook, unless its outputs are known to be those of its code."""
    problems = []
    for path in find(project):
        notebook = Notebook.read(path, project.where(path))
        match notebook.state:
            case "missing":
                problems.append(f"{notebook.where}: {why_missing(notebook)}")
            case "unknown":
                problems.append(
                    f"{notebook.where}: it is not known how the outputs of this notebook were "
                    f"made. {_advice(notebook)}"
                )
            case "outdated":
                problems.append(
                    f"{notebook.where}: the outputs of this notebook are not those of its present "
                    f"code. {_advice(notebook)}"
                )
            case "current":
                pass
    return problems


def _sentence(notebook: Notebook, policy: Policy) -> str:
    origin = notebook.origin
    if notebook.state == "missing":
        return _NOT_RECORDED
    if origin is None:
        return ""
    is_outdated = policy == "optional" and notebook.state == "outdated"
    return describe(origin, ", before the code was last changed" if is_outdated else "")


def describe(origin: Origin, restriction: str = "") -> str:
    """Return a sentence in Markdown that says when, with what and where outputs were recorded.

    Args:
        origin: The run that made the outputs.
        restriction: What to add after the date.
    """
    day = date.fromisoformat(origin.date)
    machine = origin.machine
    libraries = (f"{name} {version}" for name, version in origin.libraries.items())
    *software, last = machine.python, *libraries
    used = f"{', '.join(software)} and {last}" if software else last
    cores = "1 core" if machine.cores == 1 else f"{machine.cores} cores"
    processor = f" ({machine.processor})" if machine.processor else ""
    return _as_markdown(
        f"The outputs on this page were recorded on {day.day} {_MONTHS[day.month - 1]} {day.year}"
        f"{restriction}, with {used}, on a machine with {cores}{processor} under {machine.system}."
    )


def _as_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]])", r"\\\1", escape(text, quote=False))


def _text_cell(notebook: Notebook, text: str) -> Cell:
    cell: Cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    if any("id" in each for each in notebook.cells):  # since version 4.5 of the format
        cell["id"] = _CELL_ID
    return cell
