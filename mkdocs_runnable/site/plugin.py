"""The MkDocs plugin: passes each page to the Markdown extensions, and publishes files beside it.

The plugin only translates between the events of MkDocs and the functions of this package.
"""

import functools
from pathlib import Path
from typing import Any

from mkdocs.config.base import ConfigErrors, ConfigWarnings
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.options import Options
from mkdocs_runnable.pages import timelines
from mkdocs_runnable.site import mkdocs_build as build
from mkdocs_runnable.site import publish
from mkdocs_runnable.site.kept_notebooks import keep_conversion
from mkdocs_runnable.site.kept_pages import KeptPages
from mkdocs_runnable.site.kept_search import keep_entries
from mkdocs_runnable.snippets.reference import PageContext


class RunnablePlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Calls the functions of this package when MkDocs reports an event."""

    def load_config(
        self,
        options: dict[str, Any],
        config_file_path: str | None = None,  # noqa: ARG002
    ) -> tuple[ConfigErrors, ConfigWarnings]:
        """Check the options in ``mkdocs.yml``."""
        try:
            self._options = Options.of(options)
        except RunnableError as error:
            return [("runnable", error)], []
        return [], []

    def on_startup(self, *, command: str, dirty: bool) -> None:  # noqa: ARG002
        """Remember whether only changed pages are written (``--dirty``), directly into the site."""
        self._dirty = dirty

    def on_config(self, config: MkDocsConfig) -> None:
        """Find the folders, configure the Markdown extensions, and add the scripts and styles."""
        self._problems = build.Problems()
        self._page = PageContext(report=self._problems.append)
        self._project = build.project_of(config, self._options)
        makers = build.configure_extensions(config, self._project, self._page)
        # The HTML of a page and its text edition contain the same table.
        self._makers = {name: functools.cache(maker) for name, maker in makers.items()}
        self._kept = KeptPages(self._project, self._page, self._makers, self._problems)
        build.add_to_each_page(config)
        self._replacing = build.Replacing(config, self._options.keep_last_site and not self._dirty)

    @event_priority(100)  # before mkdocs-jupyter, which wraps the notebooks that it finds
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Publish snippets, the runtime and results of checks; prepare notebooks for readers."""
        try:
            for file in publish.published(self._project):
                files.append(build.to_mkdocs(file, config))
            self._page.playground = build.playground(files, self._options.playground)
        except RunnableError as error:
            self._problems.append(str(error))
        build.prepare_notebooks(files, self._project, self._problems)

    @event_priority(-100)  # after mkdocs-jupyter, which replaces the conversion of notebooks
    def on_pre_page(self, page: Page, *, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """Prepare the conversion of the page that is rendered next, or let it be skipped."""
        build.enter(self._page, page)
        self._kept.attach(page)
        keep_conversion(page, config, self._project.cache)

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002
        """Leave out of the search what only repeats the text of the page."""
        return build.mark_for_search(html, config)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """Remember the order of the pages, for ``llms.txt``."""
        self._nav, self._files = nav, files

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> None:  # noqa: ARG002
        """Write the text edition of the page next to it."""
        if self._options.text_editions:
            with build.errors_of_mkdocs():
                edition = publish.edition(
                    self._project, build.site_page(page, self._files), self._makers
                )
                edition.write(Path(config.site_dir))

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """Report all problems before anything is written; prepare the search for the pages."""
        self._problems.raise_any()
        keep_entries(config, self._project.cache)

    @event_priority(-100)  # after all other plugins have written their files
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Publish the new site, unless ``--strict`` is about to reject it because of warnings."""
        if self._options.text_editions:
            sections = build.sections(self._nav, self._files)
            publish.list_of_editions(self._project, sections).write(Path(config.site_dir))
        timelines.finish()
        self._project.cache.remove_oldest()
        self._replacing.publish(config)

    def on_build_error(self, *, error: Exception) -> None:  # noqa: ARG002
        """Delete the incomplete new site. The old site stays as it is."""
        timelines.finish()
        if replacing := getattr(self, "_replacing", None):
            replacing.discard()

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:  # noqa: ARG002
        """Build again when a snippet or its recording changes."""
        build.keep_serving(server)
        server.watch(str(self._project.library.root))
