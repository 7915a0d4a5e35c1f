"""Makes the figures of recorded timelines, by running a Node.js program.

The same TypeScript code draws the timelines of live runs in the browser.
"""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.parts import find_node, prerender_script
from mkdocs_runnable.snippets.snippet import Library, Snippet

# The id of the pattern in a figure, where it is defined and where it is used.
_HATCH = re.compile(r"(?P<before> id=\"| fill=\"url\(#)hatch\.[\w.-]+")


def draw(library: Library, output: Path) -> None:
    """Draw the timeline of each recorded trace, as ``<output>/<name of the snippet>.html``.

    Raises:
        RunnableError: A recorded trace cannot be read, or Node.js is missing.
    """
    if not any(library.trace_path(name).exists() for name in library.names()):
        return
    _prerender(str(library.root), str(output))


def comparison_figure(name: str, runs: Sequence[tuple[str, Snippet]]) -> str:
    """Return the HTML of the timelines of several snippets on one time axis.

    Args:
        name: Prefix of the ids in the figure, different for each comparison on a page.
        runs: Title and snippet of each timeline.

    Raises:
        RunnableError: A recorded trace cannot be read, or Node.js is missing.
    """
    traces = [text for title, snippet in runs for text in (title, str(snippet.trace_path))]
    return _prerender("--compare", name, *traces).strip()


def _prerender(*arguments: str) -> str:
    node = find_node()
    command = [str(node), str(prerender_script()), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise RunnableError(f"timelines cannot be drawn: {node}: {error.strerror}.") from None
    if done.returncode:
        raise RunnableError(
            f"timelines cannot be drawn: {done.stderr.strip()} Record the program again with "
            "`python -m mkdocs_runnable record TOPIC/NAME`."
        )
    return done.stdout


def figure(snippet: Snippet, folder: Path, identifier: str) -> str:
    """Return the HTML of a snippet's recorded timeline; empty if it has none.

    Args:
        snippet: The snippet.
        folder: The folder of the figures that :func:`draw` has drawn.
        identifier: HTML id of the widget. It makes the id in the figure unique on the page, which
            can show the same figure again with another section.

    Raises:
        RunnableError: The snippet has a timeline that has not been drawn.
    """
    if not snippet.trace_path.exists():
        return ""
    try:
        html = (folder / f"{snippet.name}.html").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise RunnableError(
            f"{snippet.name}: its timeline has not been drawn. The MkDocs plugin `runnable` draws "
            "it when it builds the site."
        ) from None
    # The dot keeps this id apart from those of widgets, which contain none.
    return _HATCH.sub(f"\\g<before>hatch.{identifier}", html)
