"""What the plugin needs to know about MkDocs: its files, pages, navigation and errors."""

import json
import logging
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler, get_relative_url
from mkdocs.utils.meta import get_data

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.files import write_atomically
from mkdocs_runnable.notebooks.notebook import Notebook
from mkdocs_runnable.notebooks.page import for_readers
from mkdocs_runnable.options import Options
from mkdocs_runnable.project import Project
from mkdocs_runnable.site import publish
from mkdocs_runnable.site.publish import SiteFile, SitePage
from mkdocs_runnable.site.staging import Staging
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.tables.markdown import Maker, find_makers

_EXTENSION = "mkdocs_runnable"
_DIAGRAMS = "mkdocs_runnable.diagrams"
_TABLES = "mkdocs_runnable.tables"
_TAG_LISTING = re.compile(r"<!-- material/tags\b.*?-->")
# The search plugin of Material for MkDocs.
_SEARCH = "material/search"
# Recorded output, pictures of timelines and drawings. Their words repeat those of the text around
# them, without its sentences, and the tables of the timelines are larger than all text of a page.
_NOT_SEARCHED = re.compile(
    r'<(?:div|figure|svg)(?=[^<>]* class="(?:runnable-output|runnable-timeline|drawing)[ "])'
)
_log = logging.getLogger("mkdocs.plugins.runnable")


class Problems(list[str]):
    """Messages about all that is wrong with a site, which are reported together."""

    def raise_any(self) -> None:
        """Raise one error with all problems, if there are any.

        A broken snippet is reported with each page that shows it, so its own report is left out.

        Raises:
            PluginError: The problems.
        """
        lines = [line for message in self for line in message.splitlines()]
        found = [
            each for each in lines if not any(each in other and each != other for other in lines)
        ]
        if found:
            count = "a problem" if len(found) == 1 else f"{len(found)} problems"
            raise PluginError("\n  ".join([f"The site has {count}:", *found]))


@contextmanager
def errors_of_mkdocs() -> Iterator[None]:
    """Turn an error of this package into one that MkDocs shows without a traceback."""
    try:
        yield
    except RunnableError as error:
        text = str(error)
        raise PluginError(text[:1].upper() + text[1:]) from None


def project_of(config: MkDocsConfig, options: Options) -> Project:
    """Return the project that MkDocs builds.

    Raises:
        PluginError: The files that run programs in the browser are missing.
    """
    project = Project(
        Path(config.config_file_path or "mkdocs.yml").absolute().parent,
        options,
        docs=Path(config.docs_dir),
        site=Path(config.site_dir),
        name=config.site_name,
        description=config.site_description or "",
        address=config.site_url or "",
    )
    with errors_of_mkdocs():
        _ = project.runtime  # raises an error if the files are missing
    return project


def configure_extensions(
    config: MkDocsConfig, project: Project, page: PageContext
) -> dict[str, Maker]:
    """Pass folders and the current page to the Markdown extensions of this package.

    Args:
        config: The configuration, in which the extension for snippets is added if it is missing.
        project: The project.
        page: The page that is being rendered, which changes during the build.

    Returns:
        The functions that make tables of data.

    Raises:
        PluginError: The option ``tables`` is wrong.
    """
    if _EXTENSION not in config.markdown_extensions:
        config.markdown_extensions.append(_EXTENSION)
    config.mdx_configs[_EXTENSION] = {
        "snippets": str(project.library.root),
        "docs": config.docs_dir,
        "cache": str(project.cache.folder or ""),
        "recordings": project.options.recordings,
        "dependencies": list(project.options.dependencies),
        "page": page,
    }
    for extension in (_DIAGRAMS, _TABLES):
        given = config.mdx_configs.get(extension, {})
        config.mdx_configs[extension] = given | {"docs": config.docs_dir, "page": page}
    try:
        return find_makers(config.mdx_configs[_TABLES].get("tables", {}))
    except RunnableError as error:
        raise PluginError(f"mkdocs.yml: {error}") from None


def add_to_each_page(config: MkDocsConfig) -> None:
    """Add the style sheet and the script of this package, before those of the project."""
    if publish.STYLES not in config.extra_css:
        config.extra_css.insert(0, publish.STYLES)
    if publish.SCRIPT not in map(str, config.extra_javascript):
        script = ExtraScriptValue(publish.SCRIPT)
        script.type = "module"
        config.extra_javascript.insert(0, script)


def enter(context: PageContext, page: Page) -> None:
    """Let the Markdown extensions know which page is rendered next."""
    root = get_relative_url(".", page.url).rstrip("/") + "/"
    context.path = page.file.src_uri
    context.root = root.removeprefix("./")
    context.raw = page.file.content_string if page.file.src_uri.endswith(".md") else None


def to_mkdocs(file: SiteFile, config: MkDocsConfig) -> File:
    """Return a file of the site in the form that MkDocs publishes."""
    if isinstance(file.content, Path):
        return File.generated(config, file.path, abs_src_path=str(file.content))
    return File.generated(config, file.path, content=file.content)


def playground(files: Files, page: str) -> str | None:
    """Return the address of the playground within the site, or None if there is none.

    Args:
        files: All files of the site.
        page: The option ``playground``.

    Raises:
        RunnableError: There is no such page.
    """
    if not page:
        return None
    file = files.get_file_from_path(page)
    if file is None:
        raise RunnableError(
            f"mkdocs.yml: the option `playground` names {page!r}, but there is no such page."
        )
    return file.url


def prepare_notebooks(files: Files, project: Project, problems: Problems) -> None:
    """Let MkDocs publish recorded notebooks in the form that is meant for readers.

    The prepared notebooks are written into a folder of the cache. If the project has no cache, they
    are written into the folder in which the cache is by default.
    """
    if not project.options.notebooks:
        return
    folder = project.root / (project.options.cache or Options.cache) / "notebooks"
    for file in files:
        if not file.src_uri.endswith(".ipynb") or not file.abs_src_path:
            continue
        path = Path(file.abs_src_path)
        try:
            content = for_readers(
                Notebook.read(path, project.where(path)),
                project.options.recordings,
            )
        except RunnableError as error:
            problems.append(str(error))
            continue
        prepared = folder / file.src_uri
        text = json.dumps(content)
        # mkdocs-jupyter and other plugins keep what they have made of a file that has not changed.
        if not prepared.exists() or prepared.read_text(encoding="utf-8") != text:
            prepared.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(prepared, text)
        file.abs_src_path = str(prepared)


def mark_for_search(html: str, config: MkDocsConfig) -> str:
    """Leave recorded output and pictures out of the index, if the theme's plugin makes one.

    The plugin leaves out elements with this attribute, and then removes the attribute:
    https://squidfunk.github.io/mkdocs-material/setup/setting-up-site-search/#search-exclusion

    Args:
        html: The content of a page.
        config: The configuration, which lists the plugins.
    """
    if _SEARCH not in config.plugins:
        return html
    return _NOT_SEARCHED.sub(r'\g<0> data-search-exclude="true"', html)


def site_page(page: Page, files: Files) -> SitePage:
    """Return a page of MkDocs in the form that text editions are made from.

    Args:
        page: The page.
        files: All files of the site.
    """
    text: str | Path = page.markdown or ""
    if page.file.src_uri.endswith(".ipynb"):
        text = Path(str(page.file.abs_src_path))
    elif _TAG_LISTING.search(source := page.file.content_string):
        # The theme's plugin adds the list of tags only to the HTML.
        text = _TAG_LISTING.sub(lambda _: _pages_by_tag(page, files), get_data(source)[0])
    description = str(page.meta.get("description", ""))
    return SitePage(page.file.src_uri, str(page.title), description, text)


def _pages_by_tag(listing: Page, files: Files) -> str:
    """Return the tags of all pages, and below each tag links to its pages, as Markdown."""
    by_tag: dict[str, list[Page]] = {}
    for page in filter(None, (file.page for file in files.documentation_pages())):
        for tag in page.meta.get("tags") or []:
            by_tag.setdefault(str(tag), []).append(page)
    folder = posixpath.dirname(listing.file.src_uri) or "."
    parts = []
    for tag in sorted(by_tag, key=str.casefold):
        links = (
            f"- [{page.title}]({posixpath.relpath(page.file.src_uri, folder)})"
            for page in sorted(by_tag[tag], key=lambda page: str(page.title).casefold())
        )
        parts.append("\n".join([f"## {tag}", "", *links]))
    return "\n\n".join(parts)


def sections(nav: Navigation, files: Files) -> list[tuple[str, list[SitePage]]]:
    """Return title and pages of each top-level section, in the order of the navigation.

    The pages of a section include those of the sections inside it. The first page outside all
    sections begins a group with its own title if no section precedes it. Later pages outside all
    sections join the first group.

    Args:
        nav: The navigation.
        files: All files of the site.
    """
    found: list[tuple[str, list[SitePage]]] = []
    for item in nav.items:
        pages = [site_page(page, files) for page in _pages_of(item)]
        if isinstance(item, Section) or not found:
            found.append((str(item.title), pages))
        else:
            found[0][1].extend(pages)  # a page outside all sections
    return found


def _pages_of(item: StructureItem) -> Iterator[Page]:
    """Yield a page itself, or the pages of a section and of all sections inside it."""
    if isinstance(item, Page):
        yield item
    elif isinstance(item, Section):
        for child in item.children:
            yield from _pages_of(child)


class Replacing:
    """Builds the next site beside the present one, and replaces it if there was no error.

    Args:
        config: The configuration, whose ``site_dir`` is changed until the site is published.
        is_wanted: If this is false, MkDocs builds directly into the folder of the site.
    """

    def __init__(self, config: MkDocsConfig, is_wanted: bool) -> None:
        self._warnings = CountHandler(level=logging.WARNING)
        self._staging: Staging | None = None
        if not is_wanted:
            return
        if config.strict:
            mkdocs_log = logging.getLogger("mkdocs")
            mkdocs_log.addHandler(self._warnings)
            # With --quiet, warnings would not be counted, so that --strict would have no effect.
            mkdocs_log.setLevel(min(mkdocs_log.level, logging.WARNING))
        self._staging = Staging(Path(config.site_dir))
        config.site_dir = str(self._staging.next)

    def publish(self, config: MkDocsConfig) -> None:
        """Replace the old site, unless ``--strict`` rejects the new one because of warnings."""
        if self._staging is None:
            return
        if not self._warnings.get_counts():
            self._staging.publish()
            self._stop_counting()
        # `mkdocs gh-deploy` uploads this folder afterwards.
        config.site_dir = str(self._staging.site)

    def discard(self) -> None:
        """Delete the incomplete new site."""
        self._stop_counting()
        if self._staging:
            self._staging.discard()

    def _stop_counting(self) -> None:
        logging.getLogger("mkdocs").removeHandler(self._warnings)


def keep_serving(server: LiveReloadServer) -> None:
    """Let ``mkdocs serve`` continue to serve the last good site after a failed build.

    MkDocs itself answers no requests after a failed build, until another build succeeds.
    """
    build = server.builder

    def build_or_keep() -> None:
        try:
            build()
        except (MkDocsException, SystemExit) as error:
            _log.error("%s The last good site is still served. Fix the error and save.", error)

    server.builder = build_or_keep
