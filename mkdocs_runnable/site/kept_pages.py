"""Keeps the HTML of pages between two builds, so that a build only converts what has changed.

Most of the time of a build goes into the conversion of Markdown. What MkDocs has made of a page is
therefore kept in the cache, under a name that depends on everything that the conversion depends on:
the Markdown, the settings, the addresses of all files, the installed packages, and the programs,
diagrams and tables on the page.

A page is kept only if all of this is known. If a project uses a Markdown extension that might read
other files, or a plugin that converts pages in its own way, every build converts every page, as
MkDocs does by itself. A page about which something was reported is converted again, too, so that
the report is repeated.
"""

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils import CountHandler

from mkdocs_runnable.diagrams import markdown as diagrams
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages import renderer
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.policy import RecordingFinder
from mkdocs_runnable.snippets.reference import (
    InputKind,
    PageContext,
    Reference,
    hash_of,
    resolve,
)
from mkdocs_runnable.tables import markdown as tables
from mkdocs_runnable.tables.pages import Pages

_OUR_EXTENSIONS = frozenset(
    ("mkdocs_runnable", "mkdocs_runnable.diagrams", "mkdocs_runnable.tables")
)
# The extensions of https://python-markdown.github.io/extensions/.
_OF_PYTHON_MARKDOWN = (
    *("abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code"),
    *("footnotes", "legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists"),
    *("smarty", "tables", "toc", "wikilinks"),
)
# Those of https://facelessuser.github.io/pymdown-extensions/, apart from `b64` and `snippets`,
# which read other files.
_OF_PYMDOWN = (
    *("arithmatex", "betterem", "blocks.admonition", "blocks.caption", "blocks.definition"),
    *("blocks.details", "blocks.html", "blocks.tab", "bracketspan", "caret", "critic", "details"),
    *("emoji", "escapeall", "extra", "fancylists", "highlight", "inlinehilite", "keys"),
    *("magiclink", "mark", "pathconverter", "progressbar", "quotes", "saneheaders"),
    *("smartsymbols", "striphtml", "superfences", "tabbed", "tasklist", "tilde"),
)
# The extensions whose result depends on nothing but the Markdown, their options, the addresses of
# the files of the site and, for those of this package, the inputs that they note in the context of
# the page: programs, diagrams and tables.
_PURE_EXTENSIONS = _OUR_EXTENSIONS | {
    *_OF_PYTHON_MARKDOWN,
    *(f"markdown.extensions.{name}" for name in _OF_PYTHON_MARKDOWN),
    *(f"pymdownx.{name}" for name in _OF_PYMDOWN),
    "material.extensions.preview",
}
# Functions of these packages can be options of an extension.
_PACKAGES = frozenset(("markdown", "material", "pygments", "pymdownx"))
# With this option, `pymdownx.emoji` reads files of the project.
_READS_FILES = "custom_icons"
# Attributes of a page that its conversion sets, in MkDocs and in mkdocs-jupyter.
_SET_BY_CONVERSION = frozenset(
    (
        *("content", "links_to_anchors", "present_anchor_ids", "title", "toc"),
        "_title_from_render",
    )
)


class UnknownError(Exception):
    """Something in the settings has no text that is the same in every process."""


class KeptPages:
    """Converts the pages of one build, or takes from the cache what an earlier build has made.

    Args:
        project: The project.
        page: The page that is being rendered, which changes during the build.
        makers: The functions that make tables of data.
        problems: The messages about problems of the site that have been reported so far.
    """

    def __init__(
        self,
        project: Project,
        page: PageContext,
        makers: Mapping[str, tables.Maker],
        problems: Sequence[str],
    ) -> None:
        self._project = project
        self._cache = project.cache
        self._page = page
        self._makers = makers
        self._problems = problems
        self._recordings = RecordingFinder(project.library, project.options.recordings)
        self._settings: str | None = None
        self._is_known = self._cache.folder is not None

    def attach(self, page: Page) -> None:
        """Let a page use this object when MkDocs asks it to convert its Markdown."""
        if not self._is_known:
            return
        convert = page.render
        # A plugin for notebooks replaces this method in the same way.
        page.render = functools.partial(self._render, page, convert)  # type: ignore[method-assign]

    def _render(
        self,
        page: Page,
        convert: Callable[[MkDocsConfig, Files], None],
        config: MkDocsConfig,
        files: Files,
    ) -> None:
        try:
            parts = self._parts(page, convert, config, files)
        except UnknownError:
            convert(config, files)
            return
        names = self._cache.find("inputs", parts)
        if names is not None:
            versions = self._versions(json.loads(names))
            kept = self._cache.find("page", (parts, versions))
            if kept is not None:
                _restore(page, json.loads(kept), files)
                return
        before, problems = dict(vars(page)), len(self._problems)
        self._page.inputs.clear()
        with _counting() as count:
            convert(config, files)
        if count() or len(self._problems) > problems:
            return
        inputs = [[kind, name, version] for (kind, name), version in self._page.inputs.items()]
        # Files can change while the page is converted.
        if inputs != self._versions(inputs):
            return
        text = _saved(page, before)
        if text is not None:
            self._cache.keep("inputs", parts, json.dumps([each[:2] for each in inputs]))
            self._cache.keep("page", (parts, inputs), text)

    def _parts(
        self,
        page: Page,
        convert: Callable[..., None],
        config: MkDocsConfig,
        files: Files,
    ) -> tuple[object, ...]:
        """Return what the HTML of a page depends on, apart from its inputs.

        Raises:
            UnknownError: It also depends on something else.
        """
        if self._settings is None:
            self._settings = repr((_settings(config), _addresses(files), installed_packages()))
        return (
            page.markdown,
            page.file.src_uri,
            *(self._page.root, self._page.playground),
            _converter(page, convert, config),
            hash_of(self._settings),
            # MkDocs reports some details of links only if readers of its log see them.
            logging.getLogger("mkdocs").getEffectiveLevel() <= logging.INFO,
        )

    def _versions(self, inputs: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return the present hash of each input, after its kind and its name.

        The hash of an input that cannot be read or made is an empty text.
        """
        return [[*each[:2], self._version(each[0], each[1])] for each in inputs]  # type: ignore[arg-type]

    def _version(self, kind: InputKind, name: str) -> str:
        docs, path = self._project.docs, self._page.path
        try:
            match kind:
                case "program":
                    snippet = resolve(Reference(name), self._project.library, docs, path)
                    return hash_of(renderer.content_of(snippet, self._recordings))
                case "diagram":
                    return hash_of(diagrams.content_of(name, docs, path))
                case "table":
                    table = tables.make_table(name, Pages(docs, path or ""), self._makers)
                    return hash_of(tables.content_of(table.element()))
        except RunnableError:  # reported when the page is converted
            return ""


@functools.cache
def installed_packages() -> list[str]:
    """Return the names of all installed packages with their versions.

    A running process has imported its packages already, so they are listed once.
    """
    names: set[str] = set()
    for folder in map(Path, sys.path):
        names.update(path.name for path in folder.glob("*.dist-info"))
    return sorted(names)


def encoded(value: object) -> object:
    """Return a setting in a form whose ``repr`` is the same in every process.

    Raises:
        UnknownError: There is no such form.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [encoded(each) for each in value]
    if isinstance(value, Mapping):
        if _READS_FILES in value:
            raise UnknownError(_READS_FILES)
        return sorted((str(key), encoded(each)) for key, each in value.items())
    if isinstance(value, functools.partial):
        return ["partial", *map(encoded, (value.func, value.args, value.keywords))]
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if module and name and str(module).partition(".")[0] in _PACKAGES:
        return f"{module}.{name}"
    raise UnknownError(repr(value))


def _settings(config: MkDocsConfig) -> object:
    """Return the settings on which the conversion of all pages depends.

    Raises:
        UnknownError: One of them is unknown, or there is an extension that might read other files.
    """
    extensions = config.markdown_extensions
    for extension in extensions:
        if extension not in _PURE_EXTENSIONS:
            raise UnknownError(repr(extension))
    options = {
        # The context of the page is not a setting.
        name: {key: value for key, value in given.items() if key != "page"}
        if name in _OUR_EXTENSIONS
        else given
        for name, given in (config.mdx_configs or {}).items()
        if name in extensions
    }
    validation = {name: dict(each) for name, each in config.validation.items() if each}
    return encoded([extensions, options, validation, config.use_directory_urls])


def _addresses(files: Files) -> list[tuple[str, str, str]]:
    """Return the path, the address and the inclusion of each file.

    Links to paths become links to addresses, and MkDocs reports links to files that are left out.
    """
    return [(file.src_uri, file.url, file.inclusion.name) for file in files]


def _converter(page: Page, convert: Callable[..., None], config: MkDocsConfig) -> object:
    """Return what identifies the method that converts a page.

    Raises:
        UnknownError: It is neither that of MkDocs nor that of mkdocs-jupyter.
    """
    function = getattr(convert, "__func__", None)
    if function is Page.render:
        return "mkdocs"
    plugin = config.plugins.get("mkdocs-jupyter")
    if (
        plugin is None
        or getattr(function, "__module__", "") != type(plugin).__module__
        # Otherwise the plugin converts the file itself, and keeps the result in its own cache.
        or plugin.config.get("markdown_cell_processor") != "mkdocs"
    ):
        raise UnknownError(repr(convert))
    return encoded([dict(plugin.config), page.meta, vars(page).get("title")])


@contextmanager
def _counting() -> Iterator[Callable[[], int]]:
    """Yield a function that returns how much MkDocs and Python-Markdown have logged so far.

    Messages below the level INFO do not count.
    """
    handler = CountHandler(level=logging.INFO)
    loggers = [logging.getLogger(name) for name in ("mkdocs", "MARKDOWN")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield lambda: sum(count for _, count in handler.get_counts())
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def _saved(page: Page, before: Mapping[str, object]) -> str | None:
    """Return what a conversion has changed in a page, or None if it has changed anything unknown.

    Args:
        page: The converted page.
        before: The attributes of the page before the conversion.
    """
    missing = object()
    changed = {
        name: value for name, value in vars(page).items() if before.get(name, missing) is not value
    }
    if not changed.keys() <= _SET_BY_CONVERSION:
        return None
    saved: dict[str, Any] = dict(changed)
    if "toc" in saved:
        saved["toc"] = [_token(item) for item in page.toc]
    if page.present_anchor_ids is not None:
        saved["present_anchor_ids"] = sorted(page.present_anchor_ids)
    if page.links_to_anchors is not None:
        saved["links_to_anchors"] = [
            [file.src_uri, anchors] for file, anchors in page.links_to_anchors.items()
        ]
    return json.dumps(saved)


def _restore(page: Page, saved: dict[str, Any], files: Files) -> None:
    """Change a page as its conversion would change it."""
    if "toc" in saved:
        saved["toc"] = get_toc(saved["toc"])
    if saved.get("present_anchor_ids") is not None:
        saved["present_anchor_ids"] = set(saved["present_anchor_ids"])
    if saved.get("links_to_anchors") is not None:
        saved["links_to_anchors"] = {
            files.get_file_from_path(path): anchors for path, anchors in saved["links_to_anchors"]
        }
    for name, value in saved.items():
        setattr(page, name, value)


def _token(item: AnchorLink) -> dict[str, Any]:
    """Return an entry of a table of contents in the form from which MkDocs makes it."""
    children = [_token(child) for child in item.children]
    return {"level": item.level, "id": item.id, "name": item.title, "children": children}
