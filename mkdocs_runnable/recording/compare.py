"""Compares the output of a run with a recording.

Everything has to be equal, except for details that a second run cannot repeat:

* numbers directly followed by a time unit (``0.21 s``, ``15ms``), unless the snippet is ``exact``;
* the matches of the patterns in ``varies``, or of their groups if a pattern has groups;
* the order of the lines that match ``interleaves``, as long as the lines with the same text in the
  pattern's group keep their order. All other lines have to stay where they are.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mkdocs_runnable.recording.recordings import Line, Transcript
from mkdocs_runnable.snippets.header import Header

# The spaces before a number may differ too, because they align it in a column.
_TIME = re.compile(
    r"(?P<padding> *)(?<![\w.,])[-+]?\d[\d_]*(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?"
    r"(?= ?(?:ns|µs|μs|us|ms|s)\b)"
)


@dataclass(frozen=True)
class Comparison:
    """The result of a comparison: a unified diff, which is empty if nothing differs."""

    diff: str = ""

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.diff


def compare(recorded: Transcript, actual: Transcript, header: Header) -> Comparison:
    """Compare a run with a recording.

    Args:
        recorded: The recording.
        actual: The output of the run.
        header: The snippet's header, which says what may differ.

    Returns:
        The comparison. In its diff, times are shown as ``#``, and matches of ``varies`` as ``…``.
    """
    expected = list(_comparable(recorded, header))
    received = list(_comparable(actual, header))
    if expected == received:
        return Comparison()
    diff = difflib.unified_diff(expected, received, "recorded", "this run", lineterm="")
    return Comparison("\n".join(diff))


def mask(text: str, header: Header) -> str:
    """Replace the parts of a line that may differ: times with ``#``, matches with ``…``."""
    spans: list[tuple[int, int]] = []
    for pattern in header.varies:
        for match in pattern.finditer(text):
            groups = range(1, pattern.groups + 1) if pattern.groups else (0,)
            # The span of a group that has matched nothing is (-1, -1).
            spans += [match.span(group) for group in groups if match.span(group) != (-1, -1)]
    masked, end = "", 0
    for start, stop in sorted(spans):
        if start >= end:
            masked += text[end:start] + "…"
        end = max(end, stop)
    masked += text[end:]
    if header.exact:
        return masked
    return _TIME.sub(lambda match: " #" if match["padding"] else "#", masked)


def _comparable(transcript: Transcript, header: Header) -> Iterator[str]:
    for line in _without_interleaving(transcript.lines, header.interleaves):
        yield ("2> " if line.stream == "stderr" else "") + mask(line.text, header)
    yield f"[exit status {transcript.status}]"


def _without_interleaving(lines: Iterable[Line], pattern: re.Pattern[str] | None) -> Iterator[Line]:
    """Bring interleaved lines into an order that is the same for every interleaving.

    Each unbroken stretch of lines that match the pattern is sorted by the text of group 1. The sort
    is stable, so lines with the same text there keep their order.
    """
    stretch: list[tuple[str, Line]] = []
    for line in lines:
        if pattern and (match := pattern.search(line.text)):
            stretch.append((match[1] or "", line))
            continue
        yield from _by_group(stretch)
        stretch.clear()
        yield line
    yield from _by_group(stretch)


def _by_group(stretch: list[tuple[str, Line]]) -> list[Line]:
    return [line for _, line in sorted(stretch, key=lambda pair: pair[0])]
