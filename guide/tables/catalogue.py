"""The table of all snippets: what each one uses, where it runs, and which pages show it."""

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from packaging.requirements import Requirement

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.reference import is_marked, link, marked_lines, parse
from mkdocs_runnable.snippets.snippet import Anchors, Library, Snippet, published_path
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Column, Row, Table

# Maps names that a program imports, or uses as attributes, to the execution models they belong to.
_MODELS = {
    "asyncio": "asyncio",
    "anyio": "asyncio",
    "threading": "threads",
    "ThreadPoolExecutor": "threads",
    "to_thread": "threads",
    "run_in_executor": "threads",
    "multiprocessing": "processes",
    "subprocess": "processes",
    "ProcessPoolExecutor": "processes",
    "interpreters": "interpreters",
    "InterpreterPoolExecutor": "interpreters",
    "greenlet": "greenlets",
}


def models(snippet: Snippet) -> list[str]:
    """Return the execution models that a program uses, in the order of ``_MODELS``.

    A program that uses none of them is ``plain code``. The list is empty if the Python that builds
    the site cannot parse the program.
    """
    return list(_models(snippet.source))


@lru_cache(maxsize=4096)  # In one build, the table is made several times.
def _models(source: str) -> tuple[str, ...]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # The program needs a newer Python than the one that builds the site.
        return ()
    names = set(_names(tree))
    found = dict.fromkeys(model for name, model in _MODELS.items() if name in names)
    if "processes" in found and not names & {"threading", "ThreadPoolExecutor", "to_thread"}:
        # Only the name `run_in_executor` can have counted this program among those with threads.
        # This function also accepts a pool of processes, so it does not prove that threads exist.
        found.pop("threads", None)
    return tuple(found) or ("plain code",)


def _names(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a program imports, and those of the attributes that it uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield from alias.name.split(".")
            case ast.ImportFrom(module=module, names=aliases):
                yield from (module or "").split(".")
                yield from (alias.name for alias in aliases)
            case ast.Attribute(attr=name):
                yield name


def packages(snippet: Snippet) -> list[str]:
    """Return the names of the packages that a program declares in its header."""
    return [Requirement(each).name for each in snippet.header.dependencies]


def shown_on(library: Library, docs: Path) -> Mapping[str, list[str]]:
    """Return, for each snippet on a Markdown page, the places that show it, as ``page.md#anchor``.

    Raises:
        RunnableError: A link marked ``.runnable`` has an unknown option, an option with a wrong
            value, or an address with a query or a fragment.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(docs.rglob("*.md")):
        anchors = Anchors()
        for _, line in marked_lines(path.read_text(encoding="utf-8")):
            if not is_marked(line):
                continue
            reference = parse(line)
            name = library.name_of(path.parent / reference.href)
            if name is not None:  # A link to something else is reported when its page is built.
                page = path.relative_to(docs).as_posix()
                places[name].append(f"{page}#{anchors.take(name, reference.section)}")
    return places


def catalogue_table(path: Path, pages: Pages) -> Table:
    """Return all snippets of a folder as a table.

    Raises:
        RunnableError: The folder contains no snippets, a snippet or a link to one cannot be used,
            or a page that shows a snippet has no title.
    """
    library = Library(Path(posixpath.normpath(path.as_posix())))
    snippets = library.load_all()
    if not snippets:
        raise RunnableError(f"there are no snippets in {library.root.name}/.")
    places = shown_on(library, pages.docs)
    anchors = Anchors()
    return Table(
        caption=f"{len(snippets)} programs",
        columns=[
            Column("Program", "key"),
            Column("Uses", "uses"),
            Column("Where it runs", "runs"),
            Column("Pages", "pages"),
        ],
        rows=[
            _row(snippet, anchors.take(snippet.name), places.get(snippet.name, []), pages)
            for snippet in snippets
        ],
        facets={
            "topic": "Topic",
            "model": "Execution model",
            "needs": "Packages",
            "runs": "Runs in",
        },
        is_indexed=False,
    )


def _row(snippet: Snippet, key: str, places: list[str], pages: Pages) -> Row:
    native, version = snippet.header.native, snippet.header.requires_python
    uses, needs = models(snippet), packages(snippet)
    where = [native or "In your browser and in your own Python."]
    if version:
        where.append(f"Needs Python {_in_words(version)}.")
    return Row(
        key=key,
        cells=[
            [link(f"{snippet.name}.py", pages.up + published_path(snippet.name))],
            [", ".join([*uses, *needs])],
            where,
            [pages.link(place) for place in places],
        ],
        facets={
            "topic": [snippet.name.partition("/")[0]] if "/" in snippet.name else [],
            "model": uses,
            "needs": needs or ["only the standard library"],
            "runs": ["your own Python only" if native else "the browser"],
        },
    )


def _in_words(version: str) -> str:
    """Put a required version into words: ``>=3.14`` → ``3.14 or newer``."""
    oldest = re.fullmatch(r">= *([\d.]+)", version)
    return f"{oldest[1]} or newer" if oldest else version
