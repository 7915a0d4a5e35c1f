"""The figures of recorded timelines, drawn by the same code that draws live ones in the browser."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.snippet import Library, Snippet

_SCRIPT = Path(__file__).parents[2] / "runtime" / "timeline" / "drawing" / "prerender.ts"


def draw(library: Library, output: Path) -> None:
    """Draw the timeline of each snippet that has one, as ``<output>/<topic>/<name>.html``.

    Raises:
        RunnableError: A recording holds no timeline, or Node.js is missing.
    """
    if next(library.root.glob("*/*.trace.json"), None) is None:
        return
    _prerender(str(library.root), str(output))


def compared(name: str, runs: Sequence[tuple[str, Snippet]]) -> str:
    """Return the HTML of the timelines of several snippets on one time axis.

    Args:
        name: Makes the ids in it its own in a page.
        runs: What each is called there, and the snippet.

    Raises:
        RunnableError: A recording holds no timeline, or Node.js is missing.
    """
    of = [f"{title}={snippet.trace_path}" for title, snippet in runs]
    return _prerender("--compare", name, *of).strip()


def _prerender(*arguments: str) -> str:
    node = Path(sys.executable).with_name("node")
    command = [str(node), str(_SCRIPT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise RunnableError(f"timelines cannot be drawn: {node}: {error.strerror}.") from None
    if done.returncode:
        raise RunnableError(f"timelines cannot be drawn: {done.stderr.strip()} Run `make record`.")
    return done.stdout


def figure(snippet: Snippet, folder: Path) -> str:
    """Return the HTML of a snippet's timeline; empty if it has none.

    Raises:
        RunnableError: It has one that has not been drawn.
    """
    if not snippet.trace_path.exists():
        return ""
    try:
        return (folder / f"{snippet.name}.html").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise RunnableError(
            f"{snippet.name}: its timeline has not been drawn. Run `make build`."
        ) from None
