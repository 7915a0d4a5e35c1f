"""The MkDocs plugin: publishes files, and passes each page to the Markdown extensions.

No other module of this package depends on MkDocs.
"""

import json
import logging
from pathlib import Path
from typing import Any, Literal

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler, get_relative_url

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages import timelines
from mkdocs_runnable.recording import verification
from mkdocs_runnable.site import notebooks
from mkdocs_runnable.site.staging import Staging
from mkdocs_runnable.site.text_edition import (
    ListedPage,
    TextEditions,
    edition_path,
    llms_txt,
)
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.snippets.snippet import Library, published_path
from mkdocs_runnable.tables.markdown import find_makers

_EXTENSION = "mkdocs_runnable"
_DIAGRAMS = "mkdocs_runnable.diagrams"
_TABLES = "mkdocs_runnable.tables"
_log = logging.getLogger("mkdocs.plugins.runnable")


class RunnableConfig(Config):  # type: ignore[no-untyped-call]
    """Options in ``mkdocs.yml``: folders, relative to that file."""

    snippets = c.Type(str, default="snippets")
    runtime = c.Type(str, default="build/runtime")
    notebooks = c.Type(str, default="build/notebooks")
    verification = c.Type(str, default="build/verification")
    timelines = c.Type(str, default="build/timelines")


class RunnablePlugin(BasePlugin[RunnableConfig]):  # type: ignore[no-untyped-call]
    """Events in the order in which MkDocs calls them."""

    _dirty = False

    def on_startup(
        self,
        *,
        command: Literal["build", "gh-deploy", "serve"],  # noqa: ARG002
        dirty: bool,
    ) -> None:
        """Remember whether only changed pages are written (``--dirty``), directly into the site."""
        self._dirty = dirty

    def on_config(self, config: MkDocsConfig) -> None:
        """Find the folders, configure the extensions, and build into a staging folder."""
        self._root = Path(config.config_file_path or "mkdocs.yml").absolute().parent
        self._library = Library(self._root / self.config.snippets)
        self._problems: list[str] = []
        self._page = PageContext(report=self._problems.append)
        if not (self._root / self.config.runtime).is_dir():
            raise PluginError(
                f"There is no browser runtime in {self.config.runtime}. Run `make build`, which "
                "builds it first."
            )
        if _EXTENSION not in config.markdown_extensions:
            config.markdown_extensions.append(_EXTENSION)
        config.mdx_configs[_EXTENSION] = {
            "snippets": str(self._library.root),
            "docs": config.docs_dir,
            "timelines": str(self._root / self.config.timelines),
            "page": self._page,
            "recordings": "required",
        }
        for extension in (_DIAGRAMS, _TABLES):
            given = config.mdx_configs.get(extension, {})
            config.mdx_configs[extension] = given | {"docs": config.docs_dir, "page": self._page}
        try:
            self._tables = find_makers(config.mdx_configs[_TABLES].get("tables", {}))
        except RunnableError as error:
            raise PluginError(f"mkdocs.yml: {error}") from None
        self._warnings = CountHandler(level=logging.WARNING)
        if config.strict:
            mkdocs_log = logging.getLogger("mkdocs")
            mkdocs_log.addHandler(self._warnings)
            # With --quiet, warnings would not be counted, so that --strict would have no effect.
            mkdocs_log.setLevel(min(mkdocs_log.level, logging.WARNING))
        self._staging: Staging | None = None
        if not self._dirty:
            self._staging = Staging(Path(config.site_dir))
            config.site_dir = str(self._staging.next)

    @event_priority(100)  # before mkdocs-jupyter, which wraps the notebooks that it finds
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Publish snippets, runtime and results, and replace notebooks with executed ones."""
        try:
            for name in self._library.names():
                path = self._library.path(name)
                self._publish(files, config, published_path(name), path)
                trace = path.with_suffix(".trace.json")
                if trace.exists():
                    self._publish(files, config, published_path(name, ".trace.json"), trace)
            timelines.draw(self._library, self._root / self.config.timelines)
            results = verification.assemble(self._library, self._root / self.config.verification)
            content = json.dumps(results, indent=1) + "\n"
            files.append(File.generated(config, "verification.json", content=content))
        except RunnableError as error:
            self._problems.extend(str(error).splitlines())
        runtime = self._root / self.config.runtime
        for path in sorted(runtime.rglob("*")):
            if path.is_file():
                self._publish(files, config, f"runtime/{path.relative_to(runtime)}", path)
        for file in files:
            if file.src_uri.endswith(".ipynb") and file.abs_src_path:
                self._use_executed(file, Path(config.docs_dir).name)

    @staticmethod
    def _publish(files: Files, config: MkDocsConfig, uri: str, path: Path) -> None:
        files.append(File.generated(config, uri, abs_src_path=str(path)))

    def _use_executed(self, file: File, docs: str) -> None:
        executed = self._root / self.config.notebooks / file.src_uri
        if not executed.exists():
            self._problems.append(
                f"{docs}/{file.src_uri}: the notebook has not been run. "
                "Run `python -m mkdocs_runnable notebooks`, or `make build`."
            )
            return
        if not notebooks.is_current(Path(str(file.abs_src_path)), executed):
            _log.warning(
                "%s/%s has changed since it was run. The site shows the old version. "
                "Run `python -m mkdocs_runnable notebooks`.",
                docs,
                file.src_uri,
            )
        file.abs_src_path = str(executed)

    def on_pre_page(self, page: Page, *, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """Pass the page that is rendered next to the extensions."""
        root = get_relative_url(".", page.url).rstrip("/") + "/"
        self._page.path = page.file.src_uri
        self._page.root = root.removeprefix("./")
        self._page.raw = page.file.content_string if page.file.src_uri.endswith(".md") else None

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """Remember the order of the pages, for ``llms.txt``."""
        self._nav = nav

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> None:  # noqa: ARG002
        """Write the text edition of the page next to it."""
        editions = TextEditions(Path(config.docs_dir), self._library, self._tables)
        uri, title = page.file.src_uri, str(page.title)
        description = str(page.meta.get("description", ""))
        try:
            if uri.endswith(".ipynb"):
                executed = Path(str(page.file.abs_src_path))
                text = editions.of_notebook(uri, executed, title, description)
            else:
                text = editions.of_page(uri, page.markdown or "", title, description)
        except RunnableError as error:
            raise PluginError(f"{Path(config.docs_dir).name}/{uri}: {error}") from None
        path = Path(page.file.abs_dest_path).with_name("index.md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        """Report all problems, and stop the build before anything is written."""
        # A broken snippet is reported with each page that shows it, so its own report is left out.
        problems = [
            each
            for each in self._problems
            if not any(each in other and each != other for other in self._problems)
        ]
        if problems:
            count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise PluginError("\n  ".join([f"{count} with snippets and notebooks:", *problems]))

    @event_priority(-100)  # after all other plugins have written their files
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Publish the new site, unless ``--strict`` is about to reject it because of warnings."""
        text = llms_txt(config.site_name, config.site_description or "", self._listed(config))
        Path(config.site_dir, "llms.txt").write_text(text, encoding="utf-8")
        if self._staging and not self._warnings.get_counts():
            self._staging.publish()
            self._stop_counting()

    def _listed(self, config: MkDocsConfig) -> list[tuple[str, list[ListedPage]]]:
        root = (config.site_url or "").rstrip("/")
        sections: list[tuple[str, list[ListedPage]]] = []
        for item in self._nav.items:
            pages = item.children if isinstance(item, Section) else [item]
            found = [
                ListedPage(
                    title=str(page.title),
                    address=f"{root}/{edition_path(page.file.src_uri)}".removeprefix("/"),
                    description=str(page.meta.get("description", "")),
                )
                for page in pages or []
                if isinstance(page, Page)
            ]
            if isinstance(item, Section) or not sections:
                sections.append((str(item.title), found))
            else:
                sections[0][1].extend(found)  # a page outside all sections
        return sections

    def on_build_error(self, *, error: Exception) -> None:  # noqa: ARG002
        """Delete the incomplete new site. The old site stays as it is."""
        self._stop_counting()
        if staging := getattr(self, "_staging", None):
            staging.discard()

    def _stop_counting(self) -> None:
        if warnings := getattr(self, "_warnings", None):
            logging.getLogger("mkdocs").removeHandler(warnings)

    def on_serve(
        self,
        server: LiveReloadServer,
        *,
        config: MkDocsConfig,  # noqa: ARG002
        builder: Any,  # noqa: ARG002
    ) -> None:
        """Build again when a snippet, its recording or an executed notebook changes.

        MkDocs itself answers no requests after a failed build, until another build succeeds. With
        this plugin, it continues to serve the last good site.
        """
        build = server.builder

        def build_or_keep() -> None:
            try:
                build()
            except (MkDocsException, SystemExit) as error:
                _log.error("%s The last good site is still served. Fix the error and save.", error)

        server.builder = build_or_keep
        server.watch(str(self._library.root))
        executed = self._root / self.config.notebooks
        if executed.is_dir():
            server.watch(str(executed))
