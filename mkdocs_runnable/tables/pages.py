"""Links from one page to other pages, with their titles."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from mkdocs_runnable.errors import RunnableError

_TITLE = re.compile(r"^(?:title:|#) +(?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Pages:
    """The pages, as seen from one of them.

    Attributes:
        docs: The folder of the pages.
        here: Path of the page that links, within ``docs``; empty if it is unknown.
    """

    docs: Path
    here: str = ""

    @property
    def up(self) -> str:
        """The path from this page to the folder of the pages: empty, or ending in ``/``."""
        return "../" * self.here.count("/")

    @property
    def folder(self) -> Path:
        """The folder of this page."""
        return (self.docs / self.here).parent if self.here else self.docs

    def link(self, target: str, text: str = "") -> str:
        """Return a Markdown link to another page.

        Args:
            target: Path of the page within ``docs``, such as ``page.md``, or ``page.md#anchor``.
            text: The text of the link; empty for the title of the page.

        Raises:
            RunnableError: The title is needed, but there is no such page, or it has no title.
        """
        page = target.partition("#")[0]
        return f"[{text or title(self.docs / page)}]({self.up}{target})"


def title(path: Path) -> str:
    """Return the title of a page.

    Raises:
        RunnableError: There is no such page, or it has no title.
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
    # In front matter, a title with a colon is quoted; a quoted title on one line is valid JSON.
    return str(json.loads(text)) if text.startswith('"') else text
