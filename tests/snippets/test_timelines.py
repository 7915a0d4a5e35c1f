"""Snippets that use concurrency have recorded timelines, which fit their recordings and headers.

The exceptions are snippets whose header turns the timeline off, and those in which nothing waits.
"""

import ast
import json

import pytest

from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.tracing import watched
from mkdocs_runnable.snippets.snippet import Snippet

_CONCURRENT = {"asyncio", "concurrent", "multiprocessing", "threading"}
# These snippets only inspect coroutines, locks and names, so nothing in them waits.
_NOTHING_WAITS = {"parallel/travel", "switching/by_hand", "versions/versions"}
_SNIPPETS = Project.find().library.load_all()


def _imports(snippet: Snippet) -> set[str]:
    """Return the top-level modules that a snippet imports."""
    found = set()
    for node in ast.walk(ast.parse(snippet.source)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_every_snippet_with_concurrency_has_a_recorded_timeline() -> None:
    without = {
        snippet.name
        for snippet in _SNIPPETS
        if snippet.header.timeline is not False
        and _imports(snippet) & _CONCURRENT
        and not snippet.trace_path.exists()
    }
    assert without == _NOTHING_WAITS


@pytest.mark.parametrize(
    "snippet",
    [snippet for snippet in _SNIPPETS if snippet.trace_path.exists()],
    ids=lambda snippet: snippet.name,
)
def test_output_and_lines_in_a_trace_belong_to_the_recorded_run(snippet: Snippet) -> None:
    trace = json.loads(snippet.trace_path.read_text(encoding="utf-8"))
    # `TraceRow` in runtime/timeline/model/trace_events.ts names the values of each kind of row.
    rows = [row for process in trace["processes"] for row in process["rows"]]
    printed = [row[4] for row in rows if row[0] == "output" and row[3] == "stdout"]
    recorded = snippet.recording_path.read_text(encoding="utf-8")
    # An event contains only a part of a line if the program has written the line in parts.
    assert [text for text in printed if text not in recorded] == []
    last_line = len(snippet.lines)
    # The line is the last value of these rows, and 0 if it is unknown.
    assert all(0 <= row[-1] <= last_line for row in rows if row[0] in ("wait", "step", "seen"))
    assert all(0 < row[3] <= last_line for row in rows if row[0] == "state")


def test_collections_that_a_header_watches_are_in_the_trace() -> None:
    for snippet in _SNIPPETS:
        trace = snippet.trace_path.read_text(encoding="utf-8") if snippet.header.watch else None
        assert watched(trace) == set(snippet.header.watch), snippet.name
