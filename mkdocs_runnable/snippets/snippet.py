"""Snippets: ordinary Python files that are tested, recorded, shown on pages and run by readers.

This module reads the files and finds their parts. It runs none of them.
"""

import ast
import hashlib
import os
import posixpath
import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import quote

from mkdocs_runnable.errors import RunnableError, nearest
from mkdocs_runnable.snippets.header import DEFAULT_TIMEOUT_SECONDS, Header, parse_header

_REGION = re.compile(r"\s*# region\b[ \t]*(?P<name>.*?)\s*")
_END_REGION = re.compile(r"\s*# endregion\b.*")
_SECTION_NAME = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True)
class Snippet:
    """A Python file, with its header and its sections.

    Attributes:
        name: For a file of the library, its path in the library, with ``/`` and without ``.py``;
            else the file name without ``.py``.
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
        return beside(self.path, ".out")

    @property
    def trace_path(self) -> Path:
        """The file with the recorded trace, next to the snippet. It need not exist."""
        return beside(self.path, ".trace.json")

    @property
    def timeout(self) -> float:
        """Time limit of one run, in seconds."""
        return self.header.timeout or DEFAULT_TIMEOUT_SECONDS

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
    data = _read_bytes(path, where)
    return _decoded(data, where), data


def _read_bytes(path: Path, where: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RunnableError(f"{where}: there is no such file.") from None
    except OSError as error:
        raise RunnableError(f"{where}: the file cannot be read: {error.strerror}.") from None


def _decoded(data: bytes, where: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RunnableError(f"{where}:{line}: the file is not UTF-8: {error.reason}.") from None
    return text.replace("\r\n", "\n")


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
    return _parsed(_read_bytes(path, where), path.absolute(), name or path.stem, where)


# A build needs each program several times: on its page, in the text edition of the page, and in
# lists of all programs. `mkdocs serve` needs all of them again after each change. The cache has
# room for more programs than a site is likely to have.
@lru_cache(maxsize=4096)
def _parsed(data: bytes, path: Path, name: str, where: str) -> Snippet:
    source = _decoded(data, where)
    header = parse_header(source, where)
    if header.runs_on():  # otherwise, this interpreter might not know the syntax
        _check_syntax(source, where)
    return Snippet(
        name=name,
        path=path,
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
    """All snippets in one folder: every ``.py`` file in it, and in the folders below it.

    Files and folders whose names begin with a dot are left out, and so are ``__pycache__`` folders.
    Files whose names are not valid UTF-8 are left out, because no link could lead to them. Empty
    files ``__init__.py``, which only mark packages, are left out, too.

    Args:
        root: The folder.
        dependencies: Libraries that each snippet may import without declaring them; see the option
            ``dependencies``.
    """

    def __init__(self, root: Path, dependencies: Sequence[str] = ()) -> None:
        self.root = _normal(root)
        self.dependencies = tuple(dependencies)

    def names(self) -> list[str]:
        """Return the name of every snippet: its path below the root, with ``/``, without ``.py``.

        The names are sorted by folder and by file.
        """
        files = (path for path in self.root.rglob("*.py") if not path.is_dir())
        names = [
            name
            for path in files
            if (name := self.name_of(path)) is not None and not _only_marks_package(path)
        ]
        return sorted(names, key=lambda name: name.split("/"))

    def name_of(self, path: Path) -> str | None:
        """Return the name of the snippet at ``path``, or None if no snippet can be there.

        The file need not exist.
        """
        path = _normal(path)
        if not path.is_relative_to(self.root):
            return None
        inside = path.relative_to(self.root).as_posix()
        name = inside.removesuffix(".py")
        return name if name != inside and is_name(name) else None

    def load(self, name: str) -> Snippet:
        """Read the snippet of this name.

        Raises:
            RunnableError: There is no such snippet, or it cannot be used.
        """
        path = self.path(name)
        if not is_name(name) or not os.path.lexists(path):
            hint = nearest(name, self.names())
            raise RunnableError(f"{self.where(path)}: there is no such file.{hint}")
        try:
            target = path.resolve()
        except (OSError, RuntimeError):  # Python 3.12 raises RuntimeError for links in a circle
            raise RunnableError(f"{self.where(path)}: the link leads to no file.") from None
        if not target.is_relative_to(self.root.resolve()):
            raise RunnableError(f"{self.where(path)}: the link points outside {self.root.name}/.")
        if _only_marks_package(path):
            raise RunnableError(
                f"{self.where(path)}: this empty file only marks a package. Name a program."
            )
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
        """Return the path that the snippet of this name has, or would have."""
        return self.root / f"{name}.py"

    def trace_path(self, name: str) -> Path:
        """Return the path of the recorded trace of a snippet. The file need not exist."""
        return beside(self.path(name), ".trace.json")

    def where(self, path: Path) -> str:
        """Return ``path`` as messages show it, starting with the name of the library's folder."""
        return path.relative_to(self.root.parent).as_posix()


def _only_marks_package(path: Path) -> bool:
    """Whether a file is an empty ``__init__.py``, as folders of examples often contain."""
    return path.name == "__init__.py" and path.exists() and path.stat().st_size == 0


def _normal(path: Path) -> Path:
    """Return the absolute path without ``..``, but with the symbolic links that it contains."""
    return Path(posixpath.normpath(path.absolute().as_posix()))


def is_name(name: str) -> bool:
    """Whether a file of this name, in a :class:`Library`, would be a snippet."""
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes of a file name that are not UTF-8
        return False
    parts = name.split("/")
    return "__pycache__" not in parts and not any(
        part == "" or part.startswith(".") for part in parts
    )


def beside(path: Path, ending: str) -> Path:
    """Return the path of a recording: that of the program, with ``ending`` instead of ``.py``."""
    return path.with_name(path.name.removesuffix(".py") + ending)


def published_path(name: str, suffix: str = ".py") -> str:
    """Return the path within the site at which a file of a snippet is published.

    The page finds the trace (``suffix=".trace.json"``) by the address of the program, so both are
    always published side by side.
    """
    return f"snippets/{name}{suffix}"


def published_url(name: str, suffix: str = ".py") -> str:
    """Return :func:`published_path` as a URL, relative to the root of the site."""
    return quote(published_path(name, suffix))


def anchor(name: str, section: str | None = None) -> str:
    """Return the HTML id of the widget for a snippet, or for one of its sections.

    It contains letters and digits of any script, and hyphens. Several names can have the same id;
    :class:`Anchors` tells them apart.
    """
    # File systems and keyboards encode accented letters differently. The id is always the same.
    identifier = re.sub(r"[\W_]", "-", unicodedata.normalize("NFC", name))
    return f"{identifier}--{section}" if section else identifier


class Anchors:
    """Gives each widget of one page an HTML id that no other widget of this page has.

    The id is that of :func:`anchor`, unless another widget above has it already. In that case, it
    ends in a number, as in ``tea-pot-2``.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str, section: str | None = None) -> str:
        """Return the id of the next widget on the page, from the top."""
        first = identifier = anchor(name, section)
        number = 2
        while identifier in self._taken:
            identifier = f"{first}-{number}"
            number += 1
        self._taken.add(identifier)
        return identifier
