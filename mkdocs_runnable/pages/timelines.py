"""Makes the figures of recorded timelines, with a Node.js program.

The same TypeScript code draws the timelines of live runs in the browser.
"""

import atexit
import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Any

from mkdocs_runnable.cache import Cache, hash_of_files
from mkdocs_runnable.errors import RunnableError, shown
from mkdocs_runnable.parts import find_node, prerender_script, prerender_sources
from mkdocs_runnable.snippets.snippet import Snippet, read_text

# The id of the SVG pattern in a figure, where the pattern is defined and where it fills a shape.
_HATCH = re.compile(r"(?P<before> id=\"| fill=\"url\(#)hatch\.[\w.-]+")


def figure(snippet: Snippet, cache: Cache, identifier: str) -> str:
    """Return the HTML of a snippet's recorded timeline; empty if it has none.

    Args:
        snippet: The snippet.
        cache: Where figures are kept.
        identifier: HTML id of the widget. It makes the id of the pattern unique on the page, which
            can show the same figure again in the widget of another section.

    Raises:
        RunnableError: The recorded trace cannot be read, or Node.js is missing.
    """
    if not snippet.trace_path.exists():
        return ""
    request = {"name": snippet.name, "trace": _trace_text(snippet)}
    # The ids of widgets contain no dot, so none of them equals this id.
    return _HATCH.sub(f"\\g<before>hatch.{identifier}", _draw(cache, request, [snippet]))


def comparison_figure(name: str, runs: Sequence[tuple[str, Snippet]], cache: Cache) -> str:
    """Return the HTML of the timelines of several snippets on one time axis.

    Args:
        name: Prefix of the ids in the figure, different for each comparison on a page.
        runs: Title and snippet of each timeline.
        cache: Where figures are kept.

    Raises:
        RunnableError: A recorded trace cannot be read, or Node.js is missing.
    """
    snippets = [snippet for _, snippet in runs]
    described = [{"title": title, "trace": _trace_text(snippet)} for title, snippet in runs]
    return _draw(cache, {"name": name, "runs": described}, snippets)


def description(snippet: Snippet) -> str:
    """Return all that figures of a snippet's timeline depend on; empty if it has no timeline.

    Raises:
        RunnableError: The recorded trace cannot be read, or the program that draws is missing.
    """
    return f"{_drawer.version()}\n{_trace_text(snippet)}" if snippet.trace_path.exists() else ""


def finish() -> None:
    """End the Node.js program that draws figures. Every build calls this function at its end."""
    _drawer.stop()


def _trace_text(snippet: Snippet) -> str:
    return read_text(snippet.trace_path, shown(snippet.trace_path))[0]


def _draw(cache: Cache, request: dict[str, Any], snippets: Sequence[Snippet]) -> str:
    parts = (_drawer.version(), request)
    return cache.text("timeline", parts, lambda: _drawer.draw(request, snippets))


class _Drawer:
    """The Node.js program that draws figures, one after another. The first figure starts it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._version: str | None = None

    def version(self) -> str:
        """Return a hash of the code that draws, which a build reads once."""
        if self._version is None:
            self._version = hash_of_files(prerender_sources())
        return self._version

    def draw(self, request: dict[str, Any], snippets: Sequence[Snippet]) -> str:
        """Return the figure for a request; see ``runtime/timeline/drawing/prerender.ts``.

        Raises:
            RunnableError: A trace is damaged, or the program does not work.
        """
        process = self._process or self._start()
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(f"{json.dumps(request)}\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
        except (OSError, ValueError):  # the program has ended
            problem = self.stop().strip() or "Node.js has stopped."
            raise RunnableError(f"timelines cannot be drawn: {problem}") from None
        if "damaged" in answer:
            snippet = snippets[answer["damaged"]]
            raise RunnableError(
                f"timelines cannot be drawn: {shown(snippet.trace_path)} holds no trace. "
                f"Record the program again with `python -m mkdocs_runnable record {snippet.name}`."
            )
        return str(answer["html"])

    def _start(self) -> subprocess.Popen[str]:
        node = find_node()
        # Not a pipe: while nothing reads a pipe, it can become full, and the program would block.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [str(node), str(prerender_script())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
            )
        except OSError as error:
            self._errors.close()
            raise RunnableError(f"timelines cannot be drawn: {node}: {error.strerror}.") from None
        return self._process

    def stop(self) -> str:
        """End the program, if it is running, and return its error messages."""
        process, self._process, self._version = self._process, None, None
        if process is None:
            return ""
        process.communicate()  # closes the program's stdin, and so the program ends
        with self._errors:
            self._errors.seek(0)
            return self._errors.read()


_drawer = _Drawer()
atexit.register(finish)
