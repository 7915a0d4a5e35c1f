"""Snippets: ordinary Python files that are tested, recorded, shown on pages and run by readers.

This module reads the files and finds their parts. It runs none of them.
"""

import ast
import hashlib
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mkdocs_runnable.errors import RunnableError, nearest
from mkdocs_runnable.snippets.header import DEFAULT_TIMEOUT_SECONDS, Header, parse_header

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REGION = re.compile(r"\s*# region\b[ \t]*(?P<name>.*?)\s*")
_END_REGION = re.compile(r"\s*# endregion\b.*")
_SECTION_NAME = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True)
class Snippet:
    """A Python file, with its header and its sections.

    Attributes:
        name: ``topic/name`` for a file of the library, else the file name without ``.py``.
        path: Absolute path of the file.
        source: The text of the file, with line feeds as line endings.
        header: The declarations at the top of the file.
        sections: Name of each ``# region`` → its first and its last line (1-based, inclusive).
        sha256: Hash of the bytes of the file, in hexadecimal.
    """

    name: str
    path: Path
    source: str
    header: Header
    sections: Mapping[str, tuple[int, int]]
    sha256: str

    @property
    def recording_path(self) -> Path:
        """The file with the recorded output, next to the snippet."""
        return self.path.with_suffix(".out")

    @property
    def trace_path(self) -> Path:
        """The file with the recorded trace, next to the snippet. It need not exist."""
        return self.path.with_suffix(".trace.json")

    @property
    def timeout(self) -> float:
        """Time limit of one run, in seconds."""
        return self.header.timeout or DEFAULT_TIMEOUT_SECONDS

    @property
    def identifier(self) -> str:
        """The HTML id of the snippet on a page that shows all of it."""
        return anchor(self.name)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the source, without the empty line after the last newline."""
        return tuple(self.source.rstrip("\n").split("\n"))

    def shown_lines(self, section: str | None = None) -> tuple[int, int]:
        """Return the numbers of the first and the last line that a page shows.

        Args:
            section: Name of the section to show; None for everything but the header.

        Raises:
            RunnableError: The snippet has no such section.
        """
        if section is None:
            return min(self.header.lines + 1, len(self.lines)), len(self.lines)
        try:
            return self.sections[section]
        except KeyError:
            hint = nearest(section, self.sections) or f" {self.path.name} has no '# region' lines."
            raise RunnableError(f"no section '{section}' in {self.name}.py.{hint}") from None


def read_text(path: Path, where: str) -> tuple[str, bytes]:
    """Read a UTF-8 file.

    Args:
        path: The file.
        where: The file's name in error messages.

    Returns:
        The text, with line feeds as line endings, and the bytes of the file.

    Raises:
        RunnableError: The file is missing, unreadable or not UTF-8.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RunnableError(f"{where}: there is no such file.") from None
    except OSError as error:
        raise RunnableError(f"{where}: the file cannot be read: {error.strerror}.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RunnableError(f"{where}:{line}: the file is not UTF-8: {error.reason}.") from None
    return text.replace("\r\n", "\n"), data


def load(path: Path, name: str | None = None, where: str | None = None) -> Snippet:
    """Read one snippet, and check its syntax, its header and its regions.

    Args:
        path: The file.
        name: The snippet's name in the library; default: the file name without ``.py``.
        where: The file's name in error messages; default: ``path``.

    Raises:
        RunnableError: The file cannot be read, is not valid Python, or has a wrong header or
            region.
    """
    where = where or str(path)
    source, data = read_text(path, where)
    header = parse_header(source, where)
    if header.runs_on():  # otherwise, this interpreter might not know the syntax
        _check_syntax(source, where)
    return Snippet(
        name=name or path.stem,
        path=path.absolute(),
        source=source,
        header=header,
        sections=_sections(source, where),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _check_syntax(source: str, where: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        raise RunnableError(f"{where}:{error.lineno or 1}: syntax error: {error.msg}.") from None
    except ValueError as error:  # the source contains a null byte
        raise RunnableError(f"{where}: syntax error: {error}.") from None


def _sections(source: str, where: str) -> dict[str, tuple[int, int]]:
    sections: dict[str, tuple[int, int]] = {}
    opened: list[tuple[str, int]] = []
    for number, line in enumerate(source.split("\n"), start=1):
        if region := _REGION.fullmatch(line):
            name = region["name"]
            if not _SECTION_NAME.fullmatch(name):
                raise RunnableError(
                    f"{where}:{number}: expected '# region name' with a name of a-z, 0-9 and -, "
                    f"but received: {name!r}."
                )
            if name in sections or name in (other for other, _ in opened):
                raise RunnableError(f"{where}:{number}: this file already has a section '{name}'.")
            opened.append((name, number))
        elif _END_REGION.fullmatch(line):
            if not opened:
                raise RunnableError(f"{where}:{number}: '# endregion' without '# region'.")
            name, start = opened.pop()
            if number == start + 1:
                raise RunnableError(f"{where}:{start}: section '{name}' is empty.")
            sections[name] = (start + 1, number - 1)
    if opened:
        name, start = opened[-1]
        raise RunnableError(f"{where}:{start}: section '{name}' is not closed by '# endregion'.")
    return sections


class Library:
    """All snippets in one folder: ``<root>/<topic>/<name>.py``."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def names(self) -> list[str]:
        """Return ``topic/name`` of every snippet, sorted.

        Raises:
            RunnableError: A Python file is not in a topic's folder, or its name is not in
                snake_case.
        """
        names = []
        for path in sorted(self.root.rglob("*.py")):
            parts = path.relative_to(self.root).with_suffix("").parts
            if "__pycache__" in parts or any(part.startswith(".") for part in parts):
                continue
            if len(parts) != 2 or not all(_NAME.fullmatch(part) for part in parts):
                raise RunnableError(
                    f"{self.where(path)}: expected {self.root.name}/<topic>/<name>.py "
                    "with names in snake_case."
                )
            names.append("/".join(parts))
        return names

    def load(self, name: str) -> Snippet:
        """Read the snippet ``topic/name``.

        Raises:
            RunnableError: There is no such snippet, or it cannot be used.
        """
        path = self.path(name)
        if not path.exists() and not path.is_symlink():
            hint = nearest(name, self.names())
            raise RunnableError(f"{self.where(path)}: there is no such file.{hint}")
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise RunnableError(f"{self.where(path)}: the link points outside {self.root.name}/.")
        return load(path, name, self.where(path))

    def load_all(self) -> list[Snippet]:
        """Read every snippet.

        Raises:
            RunnableError: Some snippets cannot be used; the message has one line for each of them.
        """
        snippets, problems = [], []
        for name in self.names():
            try:
                snippets.append(self.load(name))
            except RunnableError as error:
                problems.append(str(error))
        if problems:
            raise RunnableError("\n".join(problems))
        return snippets

    def path(self, name: str) -> Path:
        """Return the path that the snippet ``topic/name`` has, or would have."""
        return self.root / f"{name}.py"

    def where(self, path: Path) -> str:
        """Return ``path`` as messages show it, starting with the name of the library's folder."""
        return path.relative_to(self.root.parent).as_posix()


def published_path(name: str, suffix: str = ".py") -> str:
    """Return the path within the site at which a file of a snippet is published.

    The page finds the trace (``suffix=".trace.json"``) by the address of the program, so both are
    always published side by side.
    """
    return f"snippets/{name}{suffix}"


def anchor(name: str, section: str | None = None) -> str:
    """Return the HTML id of the widget for a snippet, or for one of its sections."""
    identifier = name.replace("/", "-").replace("_", "-")
    return f"{identifier}--{section}" if section else identifier


def is_valid_name(name: str) -> bool:
    """Whether ``name`` has the form ``topic/name`` in snake_case."""
    parts = name.split("/")
    return len(parts) == 2 and all(_NAME.fullmatch(part) for part in parts)
