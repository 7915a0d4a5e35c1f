"""Removes from tracebacks and warnings what does not help readers of the snippet.

Frames of the snippet itself are kept, each with the first line of its source, because Python 3.12
shows only that line, while later versions show the whole statement. Frames of other files and
marker lines (``~~~^^^``) are dropped, because they change with the version of Python. Places in
other files that a message mentions (``created at /usr/lib/…/tasks.py:410``) are left out as well. A
syntax error keeps its marker, because nothing else shows where in the line the error is.

The filter decides about each line as soon as it arrives, so that output can be streamed. The
browser has the same filter in TypeScript, ``runtime/page/output/traceback_filter.ts``. Both are
tested with the pairs of files in ``tests/cases/traceback``.
"""

import re
from enum import Enum, auto
from pathlib import Path

# Exception groups draw a margin ("  | ", "    | ") before each line of a traceback.
_MARGIN = r"(?P<margin>(?: *\| )?)"
_FRAME = re.compile(_MARGIN + r'  File "(?P<file>.*)", line \d+, in .+')
_LOCATION = re.compile(_MARGIN + r'  File "(?P<file>.*)", line \d+')
_REPEATED = re.compile(r"  \[Previous line repeated \d+ more times?\]")
_FOREIGN_WARNING = re.compile(
    r"(?:sys|<\w+>|/.*|[A-Za-z]:\\.*):\d+: (?P<warning>\w*Warning: .*)", re.DOTALL
)
_FOREIGN_PLACE = re.compile(r"(?:,? (?:defined|created))? at (?:/|[A-Za-z]:\\)[^:<>]*:\d+")


class _State(Enum):
    """What the previous line was, which decides about the next one."""

    TEXT = auto()
    OWN_FRAME = auto()  # the next line is source code to keep
    REST_OF_OWN_FRAME = auto()  # further source code and markers are dropped
    FOREIGN_FRAME = auto()  # the source code of the other file is dropped
    FOREIGN_WARNING = auto()  # the next line may be source code of the other file


class TracebackFilter:
    """Tidies the stderr of one run, line by line.

    Args:
        path: Absolute path of the snippet, as it is in tracebacks.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        self._name = Path(path).name
        self._state = _State.TEXT
        self._margin = ""  # of the last frame; its source lines have the same margin

    def shorten(self, text: str) -> str:
        """Replace the snippet's absolute path with its file name, in a line of stdout or stderr."""
        return text.replace(self._path, self._name)

    def feed(self, line: str) -> str | None:
        """Return the next line (without its newline) in its tidied form, or None to drop it."""
        line = self.shorten(line)
        if frame := _FRAME.fullmatch(line):
            is_own = frame["file"] == self._name
            self._state = _State.OWN_FRAME if is_own else _State.FOREIGN_FRAME
            self._margin = frame["margin"]
            return line if is_own else None
        if self._state is _State.FOREIGN_WARNING and line.startswith("  "):
            self._state = _State.TEXT
            return None
        in_frame = self._state not in (_State.TEXT, _State.FOREIGN_WARNING)
        if in_frame and line.startswith(self._margin + "    "):
            is_first_own_line = self._state is _State.OWN_FRAME
            if is_first_own_line:
                self._state = _State.REST_OF_OWN_FRAME
            return line if is_first_own_line else None
        if in_frame and _REPEATED.fullmatch(line.removeprefix(self._margin)):
            return None if self._state is _State.FOREIGN_FRAME else line
        self._state = _State.TEXT
        if warning := _FOREIGN_WARNING.fullmatch(line):
            self._state = _State.FOREIGN_WARNING
            return warning["warning"]
        return line if _LOCATION.fullmatch(line) else _FOREIGN_PLACE.sub("", line)


def tidy(text: str, path: Path | str) -> str:
    """Return the whole text of stderr, filtered by :class:`TracebackFilter`."""
    traceback_filter = TracebackFilter(path)
    lines = (traceback_filter.feed(line) for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line is not None)
