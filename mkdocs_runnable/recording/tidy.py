"""Reduces what Python writes to stderr to what a reader of the snippet can use.

The same filter runs in the browser (TypeScript); ``tests/cases/traceback`` holds the pairs of files
both are tested against. It works line by line with one line of memory, so that output can stream.

Kept are the frames of the snippet itself, each with the first line of its source (Python 3.12
shows only that one, later versions all of a statement). Dropped are frames of other files and
marker lines (``~~~^^^``): they change with the version of Python. Where other files are named in
passing (``created at /usr/lib/…/tasks.py:410``), the place is left out. A syntax error keeps its
marker: nothing else says where in the line to look.
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
    TEXT = auto()
    OWN_FRAME = auto()  # the next source line is wanted
    REST_OF_OWN_FRAME = auto()
    FOREIGN_FRAME = auto()
    FOREIGN_WARNING = auto()  # the next line may be a source line of that other file


class TracebackFilter:
    """Tidies the stderr of one run, line by line.

    Args:
        path: Absolute path under which the interpreter knows the snippet.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        self._name = Path(path).name
        self._state = _State.TEXT
        self._margin = ""  # of the frame just seen: its source lines have the same one

    def shorten(self, text: str) -> str:
        """Replace the snippet's own path by its file name; also right for stdout."""
        return text.replace(self._path, self._name)

    def feed(self, line: str) -> str | None:
        """Take the next line (without its newline); return it tidied, or None to drop it."""
        line = self.shorten(line)
        if frame := _FRAME.fullmatch(line):
            own = frame["file"] == self._name
            self._state = _State.OWN_FRAME if own else _State.FOREIGN_FRAME
            self._margin = frame["margin"]
            return line if own else None
        if self._state is _State.FOREIGN_WARNING and line.startswith("  "):
            self._state = _State.TEXT
            return None
        in_frame = self._state not in (_State.TEXT, _State.FOREIGN_WARNING)
        if in_frame and line.startswith(self._margin + "    "):
            wanted = self._state is _State.OWN_FRAME
            if wanted:
                self._state = _State.REST_OF_OWN_FRAME
            return line if wanted else None
        if in_frame and _REPEATED.fullmatch(line.removeprefix(self._margin)):
            return None if self._state is _State.FOREIGN_FRAME else line
        self._state = _State.TEXT
        if warning := _FOREIGN_WARNING.fullmatch(line):
            self._state = _State.FOREIGN_WARNING
            return warning["warning"]
        return line if _LOCATION.fullmatch(line) else _FOREIGN_PLACE.sub("", line)


def tidy(text: str, path: Path | str) -> str:
    """Return ``text`` (whole stderr) as :class:`TracebackFilter` leaves it."""
    traceback_filter = TracebackFilter(path)
    lines = (traceback_filter.feed(line) for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line is not None)
