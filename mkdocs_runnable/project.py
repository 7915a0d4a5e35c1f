"""The folders of a repository that uses this package."""

from dataclasses import dataclass
from pathlib import Path

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.parts import find_node
from mkdocs_runnable.snippets.snippet import Library

_REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Project:
    """The folders of one repository; ``root`` is the folder that contains ``snippets/``."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Project":
        """Return the project that contains ``start`` (default: the current folder).

        Raises:
            RunnableError: Neither this folder nor one above it contains ``snippets/``.
        """
        start = (start or Path.cwd()).absolute()
        for folder in (start, *start.parents):
            if (folder / "snippets").is_dir():
                return cls(folder)
        raise RunnableError(
            f"{start} is not in a project: there is no folder 'snippets' here or above. "
            "Run this command in the repository."
        )

    @classmethod
    def find_or_own(cls) -> "Project":
        """Return the project around the current folder, else the one that contains this package."""
        try:
            return cls.find()
        except RunnableError:
            return cls(_REPOSITORY)

    @property
    def library(self) -> Library:
        """All snippets."""
        return Library(self.root / "snippets")

    @property
    def docs(self) -> Path:
        """The folder of the pages."""
        return self.root / "docs"

    @property
    def site(self) -> Path:
        """The folder of the built site."""
        return self.root / "site"

    @property
    def runtime(self) -> Path:
        """The folder with the browser runtime that ``make build`` creates."""
        return self.root / "build" / "runtime"

    @property
    def harness(self) -> Path:
        """The Node program that runs files in a headless browser."""
        return self.root / "runtime" / "harness" / "check.ts"

    @property
    def notebooks(self) -> Path:
        """The folder of the executed notebooks."""
        return self.root / "build" / "notebooks"

    @property
    def verification(self) -> Path:
        """The folder with the results of checks, one file for each runner."""
        return self.root / "build" / "verification"

    @property
    def node(self) -> Path:
        """The Node.js program; see :func:`find_node`."""
        return find_node()
