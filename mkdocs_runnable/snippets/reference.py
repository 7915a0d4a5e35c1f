"""Links from pages to snippets: ``[text](../../snippets/topic/name.py){ .runnable … }``.

This module parses such links and finds the files that they lead to. As in every Markdown link,
characters such as blanks are percent-encoded (``a%20b.py``), or the address is in angle brackets
(``<a b.py>``).
"""

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from markdown.extensions.attr_list import get_attrs_and_remainder

from mkdocs_runnable.errors import RunnableError, nearest
from mkdocs_runnable.snippets.snippet import Library, Snippet, is_name

MARK = "runnable"
# The text of a link may contain brackets in pairs, or after a backslash.
_TEXT = r"\[(?P<text>(?:\\.|\[[^\[\]\n]*\]|[^\]\\\n])*)\]"
_ADDRESS = r"\((?:<(?P<enclosed>[^<>\n]+)>|(?P<bare>(?:[^()<>\s]|\([^()<>\s]*\))+))\)"
LINK = re.compile(_TEXT + _ADDRESS)
_MARKED = re.compile(LINK.pattern + r"\{:?(?P<attributes>[^}\n]*)\}")
_OPTIONS = ("explore", "height", "section")


@dataclass(frozen=True)
class Reference:
    """A marked link with checked options.

    Attributes:
        href: Path of the file, relative to the page, without percent-encoding.
        section: Name of the only section to show, or None to show the whole snippet.
        height: Number of lines of code that are visible without scrolling, or None for the default
            of widgets.
        explore: The most switches between threads that an explored interleaving may force. None
            if readers cannot explore other interleavings.
    """

    href: str
    section: str | None = None
    height: int | None = None
    explore: int | None = None


def is_marked(text: str) -> bool:
    """Whether a block of Markdown consists of one link marked ``.runnable``."""
    match = _MARKED.fullmatch(text.strip())
    return match is not None and (".", MARK) in _attributes(match)


def parse(text: str) -> Reference:
    """Read a block for which :func:`is_marked` is true.

    Raises:
        RunnableError: An option is unknown or has a wrong value, or the address has a query or a
            fragment.
    """
    match = _MARKED.fullmatch(text.strip())
    assert match
    section, height, explore = None, None, None
    for key, value in _attributes(match):
        if (key, value) == (".", MARK):
            continue
        if key == "section":
            section = value
        elif key == "height":
            height = _number("height", value, "number of lines", 1, 1000)
        elif key == "explore":
            explore = _number("explore", value, "number of forced switches", 0, 4)
        else:
            raise unknown_option(key, value, _OPTIONS)
    return Reference(path_of(match), section, height, explore)


def path_of(link: re.Match[str]) -> str:
    """Return the path that a match of :data:`LINK` leads to, without percent-encoding.

    Raises:
        RunnableError: The address also has a query or a fragment.
    """
    href: str = link["enclosed"] or link["bare"]
    if mark := re.search(r"[?#]", href):
        raise RunnableError(
            f"{href} is not the path of a file: '{mark[0]}' ends a path. "
            f"If it is part of the file name, write {quote(mark[0])} instead."
        )
    return unquote(href)


def link(text: str, path: str) -> str:
    """Return a Markdown link whose text is code.

    Args:
        text: The code.
        path: Path of the file that the link leads to, without percent-encoding.
    """
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in text else ""
    return f"[{ticks}{space}{text}{space}{ticks}]({quote(path)})"


def unknown_option(key: str, value: str, valid: Iterable[str]) -> RunnableError:
    """Return the error for an attribute that is not an option.

    Args:
        key: Name of the attribute, as ``attr_list`` returns it: ``.`` for a class, ``id`` for an
            id.
        value: Its value.
        valid: The names of the options.
    """
    name = {".": f".{value}", "id": f"#{value}"}.get(key, key)
    return RunnableError(f"unknown option '{name}'.{nearest(key, valid)}")


def _attributes(match: re.Match[str]) -> list[tuple[str, str]]:
    attributes, _ = get_attrs_and_remainder(match["attributes"])
    return attributes


def _number(name: str, value: str, what: str, least: int, most: int) -> int:
    if value.isascii() and value.isdecimal() and least <= int(value) <= most:
        return int(value)
    raise RunnableError(
        f"{name}: expected a {what} from {least} to {most}, but received: {value!r}."
    )


def resolve(reference: Reference, library: Library, docs: Path, page: str | None) -> Snippet:
    """Load the snippet that a marked link leads to.

    Args:
        reference: The link.
        library: All snippets.
        docs: The folder of the pages.
        page: Path of the page within ``docs``. If it is None because the page is unknown, only the
            end of the link (``snippets/topic/name.py``) is used.

    Raises:
        RunnableError: The link leads elsewhere or to no file, or the file cannot be used.
    """
    href, folder = reference.href, library.root.name
    _, name = split_at(href, folder)
    if page is None:
        expected = href
    else:
        start = (docs / page).parent
        expected = f"{_relative(library.root, start)}/"
        target = Path(posixpath.normpath((start / href).as_posix()))
        if target.is_relative_to(library.root):
            name = target.relative_to(library.root).as_posix()
        elif name.endswith(".py") and is_name(name):
            raise RunnableError(
                f"{href} would be broken when the page is viewed on a code host. "
                f"Expected {quote(expected + name)}, the path from this page to the file."
            )
        else:
            name = ""
    if not name.endswith(".py") or ".." in name.split("/"):
        raise RunnableError(
            f"{href} is not a Python file under {folder}/. "
            f"Expected a link such as {_example(library, expected)}."
        )
    if not is_name(name := name.removesuffix(".py")):
        raise RunnableError(
            f"{href} cannot be shown: files and folders whose names begin with a dot, and "
            "__pycache__, are not published. Rename it."
        )
    return library.load(name)


def split_at(href: str, folder: str) -> tuple[str, str]:
    """Split a path at the first folder that has a certain name.

    Returns:
        The path before this folder, and the path within it: ``../../`` and ``topic/name.py`` for
        ``../../snippets/topic/name.py``. Both are empty if there is no such folder in the path.
    """
    before, found, after = f"/{href}".partition(f"/{folder}/")
    return (f"{before}/".removeprefix("/"), after) if found else ("", "")


def _example(library: Library, prefix: str) -> str:
    names = library.names() or ["topic/name"]
    start = prefix if prefix.endswith("/") else f"../{library.root.name}/"
    return quote(f"{start}{names[0]}.py")


def _relative(path: Path, start: Path) -> str:
    return posixpath.relpath(path.as_posix(), start.as_posix())


def with_fences(text: str) -> Iterator[tuple[str, Literal["outside", "opens", "inside"]]]:
    """Yield each line, and whether it is outside of fenced code, opens a fence, or is inside.

    The line that closes a fence counts as inside.
    """
    fence: str | None = None
    for line in text.split("\n"):
        stripped = line.strip()
        match = re.match(r"(`{3,}|~{3,})", stripped)
        if fence is None:
            fence = match[1] if match else None
            yield line, "opens" if match else "outside"
            continue
        if match and stripped.startswith(fence) and not stripped.strip(fence[0]):
            fence = None
        yield line, "inside"


def marked_lines(text: str) -> list[tuple[int, str]]:
    """Find the lines of a page, outside of fenced code, that have the mark ``.runnable``.

    Returns:
        The number of each line (from 1), and its text without list markers and indentation.
    """
    found = []
    for number, (line, place) in enumerate(with_fences(text), start=1):
        stripped = line.strip()
        if place == "outside" and re.search(rf"\{{[^}}]*\.{MARK}\b", stripped):
            # In a list or a quotation, the line starts with a marker such as "-" or ">".
            start = stripped.find("[")
            found.append((number, stripped[max(start, 0) :]))
    return found


type Report = Callable[[str], None]
type InputKind = Literal["program", "diagram", "table"]


def hash_of(text: str) -> str:
    """Return a hash of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class PageContext:
    """What is known about the page that is being rendered. Every attribute has a default.

    Attributes:
        path: Path of the page within the folder of the pages, with ``/``; None if it is unknown.
        root: Relative URL from the page to the root of the site, empty or ending in ``/``. None if
            it is unknown; it is then derived from the links to snippets.
        raw: The text of the file with its front matter, so that messages give line numbers of the
            file. None if it is unknown; lines are then counted in the converted Markdown.
        report: Receives the message of each problem. If it is None, the first problem is raised as
            an error.
        playground: Address of the playground within the site; None if there is none.
        inputs: The programs, diagrams and tables that the page shows. Maps the kind and the name of
            each of them to a hash of its content; see :meth:`add_input`.
    """

    path: str | None = None
    root: str | None = None
    raw: str | None = None
    report: Report | None = None
    playground: str | None = None
    inputs: dict[tuple[InputKind, str], str] = field(default_factory=dict)

    def add_input(self, kind: InputKind, name: str, content: str) -> None:
        """Remember that this page shows something apart from its own text.

        Args:
            kind: What it is.
            name: How the page refers to it, for example the path of a program.
            content: All of it that the HTML of the page can depend on.
        """
        self.inputs[kind, name] = hash_of(content)

    def report_problem(self, message: str, docs: Path, line: int | None = None) -> None:
        """Report a problem of this page.

        Args:
            message: What is wrong.
            docs: The folder of the pages.
            line: Line of the problem in the file, or None if it is unknown.

        Raises:
            RunnableError: The problem, if the context has no ``report``.
        """
        where = f"{docs.name}/{self.path}" if self.path else "this page"
        text = f"{where}:{line}: {message}" if line else f"{where}: {message}"
        if self.report is None:
            raise RunnableError(text)
        self.report(text)
