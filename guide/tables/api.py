"""The table of what each version of Python changed for concurrent programs."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mkdocs_runnable.tables.data import load_toml, make
from mkdocs_runnable.tables.pages import Pages
from mkdocs_runnable.tables.table import Column, Row, Table

type Version = Literal["3.11", "3.12", "3.13", "3.14", "3.15"]


@dataclass(frozen=True)
class Entry:
    """One change of a name in one version of Python.

    Attributes:
        name: What changed, as programs write it, or in words, such as ``asyncio policies``.
        version: The first version with the change.
        change: What happened to the name.
        area: Which kind of program the change affects.
        what: What the name does, or what is different about it.
        url: The document that describes the change.
        probe: A Python expression that is true from ``version`` on, and false before; empty if no
            expression can show the change. ``tests/guide/pages/test_api.py`` evaluates it.
    """

    name: str
    version: Version
    change: Literal["added", "changed", "deprecated", "removed"]
    area: Literal[
        "asyncio", "threads", "processes", "interpreters", "free threading", "tools", "language"
    ]
    what: str
    url: str
    probe: str = ""

    @property
    def key(self) -> str:
        """The HTML id of the entry's row."""
        words = re.findall(r"\w+", f"{self.name} {self.version}")
        return "-".join(words).lower().replace("_", "-")


def load_api(path: Path) -> list[Entry]:
    """Read the entries of a data file.

    Raises:
        RunnableError: The file cannot be read, or an entry does not match :class:`Entry`.
    """
    entries = load_toml(path).get("entries", [])
    return [
        make(Entry, entry, f"{path.name}: entry {entry.get('name', number)}")
        for number, entry in enumerate(entries, 1)
    ]


def api_table(path: Path, pages: Pages) -> Table:  # noqa: ARG001 - the engine passes both
    """Return the changes in a data file as a table."""
    entries = load_api(path)
    return Table(
        caption=f"{len(entries)} changes in Python 3.11 to 3.15",
        columns=[
            Column("Name", "key"),
            Column("Change", "since"),
            Column("What it does", "today"),
        ],
        rows=[_row(entry) for entry in entries],
        facets={"version": "Python version", "change": "Change", "area": "Area"},
    )


def _row(entry: Entry) -> Row:
    # A name with spaces, such as "asyncio policies", is prose.
    name = entry.name if " " in entry.name else f"`{entry.name}`"
    return Row(
        key=entry.key,
        cells=[
            [f"[{name}]({entry.url})"],
            [f"{entry.change} in {entry.version}"],
            [entry.what],
        ],
        facets={
            "version": [entry.version],
            "change": [entry.change],
            "area": [entry.area],
        },
    )
