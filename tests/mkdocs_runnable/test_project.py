"""Finding the folders of a project, and the programs that it needs."""

import sys
from pathlib import Path

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.project import RUNTIME_SOURCES, Project, find_node


def test_node_is_found_next_to_the_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(RunnableError, match=r"there is no Node.js beside .*Run `make build`"):
        find_node()
    (tmp_path / "node").touch()
    assert find_node() == Project(tmp_path).node == tmp_path / "node"


def test_the_sources_of_the_runtime_are_next_to_the_package() -> None:
    assert (RUNTIME_SOURCES / "python" / "runnable_tracer").is_dir()
