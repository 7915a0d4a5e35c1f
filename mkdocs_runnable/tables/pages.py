"""Links from one page to others, with their titles."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from mkdocs_runnable.errors import RunnableError

_TITLE = re.compile(r"^(?:title:|#) +(?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Pages:
    """The pages as one of them sees them.

    Attributes:
        docs: The folder of the pages.
        here: Path of the page that links, within it; empty if that is not known.
    """

    docs: Path
    here: str = ""

    @property
    def up(self) -> str:
        """From this page to the folder of the pages, empty or ending in ``/``."""
        return "../" * self.here.count("/")

    @property
    def folder(self) -> Path:
        """The folder this page stands in."""
        return (self.docs / self.here).parent if self.here else self.docs

    def link(self, target: str, text: str = "") -> str:
        """Return a link in Markdown to ``page.md#anchor`` under ``docs``, with its title.

        Raises:
            RunnableError: There is no such page.
        """
        page = target.partition("#")[0]
        return f"[{text or title(self.docs / page)}]({self.up}{target})"


def title(path: Path) -> str:
    """Return the title of a page.

    Raises:
        RunnableError: There is no such page, or it has none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise RunnableError(f"there is no page {path.name}.") from None
    if path.suffix == ".ipynb":
        text = "".join(json.loads(text)["cells"][0]["source"])
    match = _TITLE.search(text)
    if match is None:
        raise RunnableError(f"{path.name} has no title.")
    text = match["title"].strip()
    # With a colon in it, a title in front matter stands in quotes; in one line they are JSON's.
    return str(json.loads(text)) if text.startswith('"') else text
