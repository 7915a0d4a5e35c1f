"""The folders of a repository that uses this package."""

import sys
from dataclasses import dataclass
from pathlib import Path

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.snippet import Library

_REPOSITORY = Path(__file__).parents[1]
# The sources of the browser runtime, which are not part of this package.
RUNTIME_SOURCES = _REPOSITORY / "runtime"


def find_node() -> Path:
    """Return the Node.js program of this Python environment.

    Raises:
        RunnableError: This environment has no Node.js.
    """
    node = Path(sys.executable).with_name("node")
    if not node.exists():
        raise RunnableError(
            f"there is no Node.js beside {sys.executable}. Run `make build`, which installs it."
        )
    return node


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
