"""Lists the files that this package adds to a site, whichever generator builds the pages.

Pages themselves come from a generator such as MkDocs. :func:`published` yields what a site needs
beside them: the programs with their traces, the files that run programs in the browser, and the
results of checks. :func:`edition` and :func:`list_of_editions` make the text editions of the pages.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mkdocs.utils.meta import get_data

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording import verification
from mkdocs_runnable.site.text_edition import ListedPage, TextEditions, edition_path, llms_txt
from mkdocs_runnable.snippets.snippet import published_path
from mkdocs_runnable.tables.markdown import Maker, find_makers

STYLES = "runtime/widget.css"
SCRIPT = "runtime/widget.js"
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class SiteFile:
    """A file of the site.

    Attributes:
        path: Its path on the site.
        content: The bytes of the file, or the file that is copied.
    """

    path: str
    content: bytes | Path

    def write(self, site: Path) -> None:
        """Write the file into a folder that is published as a site."""
        target = site / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        data = self.content
        target.write_bytes(data if isinstance(data, bytes) else data.read_bytes())


@dataclass(frozen=True)
class SitePage:
    """The content of a page from which its text edition is made.

    Attributes:
        uri: The path of its file within the folder of the pages.
        title: The title of the page.
        description: A sentence about the page; may be empty.
        text: Its Markdown without front matter, or the file of the notebook.
    """

    uri: str
    title: str
    description: str
    text: str | Path


def everything(project: Project) -> Iterator[SiteFile]:
    """Yield all files of :func:`published`, and the text editions if the project wants them.

    The text editions are made from the Markdown files of the pages. The title of a page is the one
    in its front matter, or else its first heading of level 1, or else the name of its file. In
    ``llms.txt``, each folder is a section.

    Raises:
        RunnableError: A file is missing or cannot be used.
    """
    yield from published(project)
    if project.options.text_editions:
        tables = find_makers(project.tables)
        sections = read_pages(project.docs)
        for _, pages in sections:
            for page in pages:
                yield edition(project, page, tables)
        yield list_of_editions(project, sections)


def published(project: Project) -> Iterator[SiteFile]:
    """Yield the files that pages with programs need.

    Raises:
        RunnableError: The runtime is missing or incomplete, or a snippet or a recording cannot be
            used.
    """
    runtime = project.runtime
    for name in project.runtime_files():
        yield SiteFile(f"runtime/{name}", runtime / name)
    library = project.library
    for name in library.names():
        yield SiteFile(published_path(name), library.path(name))
        trace = library.trace_path(name)
        if trace.exists():
            yield SiteFile(published_path(name, ".trace.json"), trace)
    if project.verification:
        results = verification.assemble(library, project.verification)
        yield SiteFile("verification.json", f"{json.dumps(results, indent=1)}\n".encode())


def edition(project: Project, page: SitePage, tables: Mapping[str, Maker]) -> SiteFile:
    """Return the text edition of a page.

    Args:
        project: The project.
        page: The page.
        tables: The functions that make tables of data; see :mod:`mkdocs_runnable.tables.markdown`.

    Raises:
        RunnableError: The page shows something that cannot be found or used.
    """
    editions = TextEditions(project.docs, project.library, tables, project.options.recordings)
    try:
        if isinstance(page.text, Path):
            text = editions.of_notebook(page.uri, page.text, page.title, page.description)
        else:
            text = editions.of_page(page.uri, page.text, page.title, page.description)
    except RunnableError as error:
        raise RunnableError(f"{project.docs.name}/{page.uri}: {error}") from None
    return SiteFile(edition_path(page.uri), text.encode())


def list_of_editions(
    project: Project, sections: Iterable[tuple[str, Sequence[SitePage]]]
) -> SiteFile:
    """Return ``llms.txt``, the list of all text editions.

    Args:
        project: The project. If the address of its site is unknown, the links are relative.
        sections: Title and pages of each section.
    """
    root = project.address.rstrip("/")

    def listed(page: SitePage) -> ListedPage:
        address = f"{root}/{edition_path(page.uri)}".removeprefix("/")
        return ListedPage(page.title, address, page.description)

    found = [(heading, [listed(page) for page in pages]) for heading, pages in sections]
    return SiteFile("llms.txt", llms_txt(project.name, project.description, found).encode())


def read_pages(docs: Path) -> list[tuple[str, list[SitePage]]]:
    """Read the Markdown pages of a folder, without knowing the navigation of the site.

    Returns:
        The path of each folder with its pages, sorted. If there are pages in ``docs`` itself, they
        come first, under the name "Pages".
    """
    folders: dict[str, list[SitePage]] = {}
    for path in sorted(docs.rglob("*.md"), key=lambda path: (path.parent, path)):
        uri = path.relative_to(docs)
        text, front = get_data(path.read_text(encoding="utf-8"))
        heading = _HEADING.search(text)
        title = front.get("title") or (heading[1] if heading else path.stem)
        page = SitePage(uri.as_posix(), str(title), str(front.get("description", "")), text)
        folders.setdefault(uri.parent.as_posix(), []).append(page)
    return [("Pages" if folder == "." else folder, pages) for folder, pages in folders.items()]
