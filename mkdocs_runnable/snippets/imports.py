"""Finds the packages that Python code imports."""

import ast
from collections.abc import Iterable, Iterator


def imported_packages(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the top-level package of each absolute import among these nodes, in their order."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
