"""Finding the folders of a project, and the programs that it needs."""

from pathlib import Path

from mkdocs_runnable.parts import find_node
from mkdocs_runnable.project import Project


def test_a_project_uses_the_node_of_this_environment(tmp_path: Path) -> None:
    assert Project(tmp_path).node == find_node()
