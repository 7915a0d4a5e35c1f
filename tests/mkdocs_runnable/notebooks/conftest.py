"""Fixtures for tests of notebooks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mkdocs_runnable.notebooks.notebook import Notebook
from mkdocs_runnable.options import Options
from mkdocs_runnable.project import Project

type Write = Callable[..., Path]


def code(source: str, *tags: str, outputs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a cell with code and tags, as notebooks contain it."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": outputs or [],
        "source": source,
    }


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with the option `notebooks`, so that its notebooks are recorded."""
    (tmp_path / "docs" / "measured").mkdir(parents=True)
    docs, site = tmp_path / "docs", tmp_path / "site"
    return Project(tmp_path, Options(notebooks=True), docs=docs, site=site)


@pytest.fixture
def write(project: Project) -> Write:
    """Return a function that writes a notebook: a heading, and cells of code."""

    def write(*cells: str | dict[str, Any], metadata: dict[str, Any] | None = None) -> Path:
        path = project.docs / "measured" / "times.ipynb"
        heading = {"cell_type": "markdown", "metadata": {}, "source": "# Times"}
        content = {
            "cells": [heading, *(code(cell) if isinstance(cell, str) else cell for cell in cells)],
            "metadata": metadata or {},
            "nbformat": 4,
            "nbformat_minor": 4,
        }
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


def read(path: Path) -> Notebook:
    """Read a notebook."""
    return Notebook.read(path, "docs/measured/times.ipynb")
