"""The folders of a project that uses this package, and the options in its ``mkdocs.yml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from mkdocs.exceptions import ConfigurationError
from mkdocs.utils.yaml import get_yaml_loader, yaml_load

from mkdocs_runnable import parts
from mkdocs_runnable.built_files import MixedBuildError, files_of_one_build
from mkdocs_runnable.cache import Cache
from mkdocs_runnable.errors import RunnableError, shown
from mkdocs_runnable.options import Options
from mkdocs_runnable.snippets.snippet import Library

_CONFIGURATIONS = ("mkdocs.yml", "mkdocs.yaml")
_PLUGIN = "runnable"
_TABLES = "mkdocs_runnable.tables"


@dataclass(frozen=True)
class Project:
    """A documentation project.

    Attributes:
        root: The folder of its ``mkdocs.yml``.
        options: Its options for this package.
        docs: The folder of its pages.
        site: The folder of its built site.
        name: The name of the site.
        description: A sentence about the site; may be empty.
        address: The address at which the site is published; empty if it is unknown.
        tables: The functions that make tables; see :mod:`mkdocs_runnable.tables.markdown`.
    """

    root: Path
    options: Options
    docs: Path
    site: Path
    name: str = ""
    description: str = ""
    address: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path) -> "Project":
        """Return the project in a folder. Without ``mkdocs.yml``, every option has its default.

        Raises:
            RunnableError: ``mkdocs.yml`` cannot be read, or has a wrong option for this package.
        """
        root = root.absolute()
        for name in _CONFIGURATIONS:
            if (path := root / name).exists():
                given = _read(path)
                try:
                    options = Options.of(_options_of(_PLUGIN, given.get("plugins")))
                except RunnableError as error:
                    raise RunnableError(f"{name}: plugin '{_PLUGIN}': {error}") from None
                return cls(
                    root,
                    options,
                    docs=root / given.get("docs_dir", "docs"),
                    site=root / given.get("site_dir", "site"),
                    name=str(given.get("site_name") or ""),
                    description=str(given.get("site_description") or ""),
                    address=str(given.get("site_url") or ""),
                    tables=_options_of(_TABLES, given.get("markdown_extensions")).get("tables", {}),
                )
        return cls(root, Options(), root / "docs", root / "site")

    @classmethod
    def find(cls, start: Path | None = None) -> "Project":
        """Return the project that contains ``start`` (default: the current folder).

        Raises:
            RunnableError: Neither this folder nor one above it is a project, or the configuration
                of the project cannot be read.
        """
        start = (start or Path.cwd()).absolute()
        for folder in (start, *start.parents):
            is_configured = any((folder / name).is_file() for name in _CONFIGURATIONS)
            if is_configured or (folder / Options.snippets).is_dir():
                return cls.at(folder)
        raise RunnableError(
            f"{start} is not in a project: neither this folder nor one above it contains "
            "'mkdocs.yml' or a folder 'snippets'. Run this command in your project."
        )

    @cached_property
    def library(self) -> Library:
        """All snippets."""
        return Library(self.root / self.options.snippets, self.options.dependencies)

    @property
    def runtime(self) -> Path:
        """The folder with the files that run programs in the browser.

        Raises:
            RunnableError: The folder is missing.
        """
        if not self.options.runtime:
            return parts.browser_runtime()
        folder = self.root / self.options.runtime
        if not folder.is_dir():
            raise RunnableError(
                f"there is no folder '{self.options.runtime}', in which the option `runtime` "
                "expects the files that run programs in the browser. Leave the option out to use "
                "the files of this package."
            )
        return folder

    def runtime_files(self) -> list[str]:
        """Return the names of the files that run programs in the browser, within their folder.

        Raises:
            RunnableError: The folder is missing, or its files are not those of one complete build.
        """
        folder = self.runtime
        try:
            return files_of_one_build(folder)
        except MixedBuildError as error:
            advice = "Replace the folder with all files of one build."
            if not self.options.runtime:
                advice = parts.how_to_replace_runtime()
            raise RunnableError(
                f"{shown(folder)}: these files cannot run programs: {error}. {advice}"
            ) from None

    @property
    def cache(self) -> Cache:
        """The texts that are kept between two builds."""
        return Cache(self._optional(self.options.cache))

    @property
    def verification(self) -> Path | None:
        """The folder with the results of checks, one file for each runner."""
        return self._optional(self.options.verification)

    def _optional(self, folder: str) -> Path | None:
        return self.root / folder if folder else None

    def where(self, path: Path) -> str:
        """Return the path of a file for messages, relative to the folder of the project."""
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else str(path)


class _Loader(get_yaml_loader(yaml.SafeLoader)):  # type: ignore[misc]
    """Reads ``!ENV`` as MkDocs does, and any other tag, such as ``!!python/name:…``, as None."""


_Loader.add_multi_constructor("", lambda *_: None)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            given = yaml_load(file, _Loader)
    except (OSError, ConfigurationError) as error:
        raise RunnableError(f"{path.name} cannot be read: {error}") from None
    if not isinstance(given, dict):
        raise RunnableError(f"{path.name}: expected a mapping, such as `site_name: …`.")
    return given


def _options_of(name: str, entries: Any) -> dict[str, Any]:
    """Return the options of a plugin or a Markdown extension, which MkDocs reads in several forms.

    Args:
        name: The plugin or the extension.
        entries: All plugins or all extensions, as a list or as a mapping.
    """
    named = list(entries.items()) if isinstance(entries, dict) else []
    for entry in entries if isinstance(entries, list) else []:
        named += entry.items() if isinstance(entry, dict) else []
    for each, options in named:
        if each == name and isinstance(options, dict):
            # MkDocs itself reads `enabled`, which exists for every plugin.
            return {key: value for key, value in options.items() if key != "enabled"}
    return {}
