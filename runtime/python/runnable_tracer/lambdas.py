"""Finds the source of a program's lambdas, split at names so that values can replace them."""

import ast
import re
from types import CodeType
from typing import NamedTuple


class Lambda(NamedTuple):
    """The source of a lambda.

    Attributes:
        parameters: the source of its parameters.
        pieces: the source of its body. Every second piece is a name that a value can replace.
    """

    parameters: str
    pieces: tuple[str, ...]


# A line, counted from 1, and a column in bytes.
type _Place = tuple[int, int]


class _Names(ast.NodeVisitor):
    """Finds the names that an expression reads.

    Nested lambdas are skipped, because a name may refer to their own parameters.
    """

    def __init__(self) -> None:
        self.found: list[ast.Name] = []

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.found.append(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass


class Lambdas:
    """The lambdas of one program.

    The source is parsed once, when this object is created, so that a lookup is fast and runs no
    code of the standard library.
    """

    def __init__(self, source: str) -> None:
        # Column offsets count UTF-8 bytes.
        self._lines = [line.encode() for line in source.split("\n")]
        # Start and end of each lambda's body; nested lambdas come after the ones around them.
        self._found: list[tuple[_Place, _Place, Lambda]] = []
        # The keys are ids, because hashing code is slow. The code is kept so that ids stay unique.
        self._cache: dict[int, tuple[CodeType, Lambda | None]] = {}
        if "lambda" not in source:
            return
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Lambda):
                start, end = _start(node.body), _end(node.body)
                self._found.append((start, end, self._read(node)))

    def source_of(self, code: CodeType) -> Lambda | None:
        """Return the source of the lambda that was compiled to this code, or None if not found."""
        if id(code) not in self._cache:
            self._cache[id(code)] = code, self._find(code)
        return self._cache[id(code)][1]

    def _find(self, code: CodeType) -> Lambda | None:
        places = [
            (line, column)
            for line, _, column, end in code.co_positions()
            # The first instructions of a function have an empty range.
            if line is not None and column is not None and end
        ]
        if not places:
            return None
        first, last = min(places), max(places)
        candidates = [each for start, end, each in self._found if start <= first and last < end]
        return candidates[-1] if candidates else None  # The innermost one.

    def _read(self, node: ast.Lambda) -> Lambda:
        names = _Names()
        names.visit(node.body)
        pieces: list[str] = []
        place = _start(node.body)
        for name in sorted(names.found, key=_start):
            pieces += (self._text(place, _start(name)), name.id)
            place = _end(name)
        return Lambda(ast.unparse(node.args), (*pieces, self._text(place, _end(node.body))))

    def _text(self, start: _Place, end: _Place) -> str:
        """Return the source between two places, in one line."""
        lines = self._lines[start[0] - 1 : end[0]]
        lines[-1] = lines[-1][: end[1]]
        lines[0] = lines[0][start[1] :]
        return re.sub(r"\s*\n\s*", " ", b"\n".join(lines).decode())


def _start(node: ast.expr) -> _Place:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> _Place:
    return node.end_lineno or node.lineno, node.end_col_offset or 0
