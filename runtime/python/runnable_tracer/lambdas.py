"""The source of a program's lambdas, ready to have values put in place of names."""

import ast
import re
from types import CodeType
from typing import NamedTuple


class Lambda(NamedTuple):
    """`pieces` are its body's source; each second one is a name whose value can stand there."""

    parameters: str
    pieces: tuple[str, ...]


type _Place = tuple[int, int]


class _Names(ast.NodeVisitor):
    """Finds names that are read; in a function within, they may mean something else."""

    def __init__(self) -> None:
        self.found: list[ast.Name] = []

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.found.append(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass


class Lambdas:
    """Of one file, read once: nothing of the library runs when one is looked up."""

    def __init__(self, source: str) -> None:
        # Positions count bytes.
        self._lines = [line.encode() for line in source.split("\n")]
        # Where a lambda's body begins and ends; inner ones follow those around them.
        self._found: list[tuple[_Place, _Place, Lambda]] = []
        # By id, as the hash of code is made of all that is in it; that stays while it is here.
        self._known: dict[int, tuple[CodeType, Lambda | None]] = {}
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

    def of(self, code: CodeType) -> Lambda | None:
        """Return the lambda that this is the code of."""
        if id(code) not in self._known:
            self._known[id(code)] = code, self._find(code)
        return self._known[id(code)][1]

    def _find(self, code: CodeType) -> Lambda | None:
        places = [
            (line, column)
            for line, _, column, end in code.co_positions()
            # What begins a function has no place of its own.
            if line is not None and column is not None and end
        ]
        if not places:
            return None
        first, last = min(places), max(places)
        around = [each for start, end, each in self._found if start <= first and last < end]
        return around[-1] if around else None

    def _read(self, node: ast.Lambda) -> Lambda:
        names = _Names()
        names.visit(node.body)
        pieces: list[str] = []
        at = _start(node.body)
        for name in sorted(names.found, key=_start):
            pieces += (self._text(at, _start(name)), name.id)
            at = _end(name)
        return Lambda(ast.unparse(node.args), (*pieces, self._text(at, _end(node.body))))

    def _text(self, start: _Place, end: _Place) -> str:
        lines = self._lines[start[0] - 1 : end[0]]
        lines[-1] = lines[-1][: end[1]]
        lines[0] = lines[0][start[1] :]
        return re.sub(r"\s*\n\s*", " ", b"\n".join(lines).decode())


def _start(node: ast.expr) -> _Place:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> _Place:
    return node.end_lineno or node.lineno, node.end_col_offset or 0
