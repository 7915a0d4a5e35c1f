"""A model of the terminal that a program prints to: lines of cells, and a cursor.

A recording shows what a terminal shows in the end. If a program redraws a progress bar, for
example, only the last state of the bar is recorded. Colours are left out.

The browser has the same model in TypeScript, ``runtime/page/output/terminal.ts``, which explains
what is supported and why the limits below are as they are. Both are tested with the cases in
``tests/cases/terminal.json``. The escape sequences are described in
https://invisible-island.net/xterm/ctlseqs/ctlseqs.html.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from mkdocs_runnable.recording.execute import Stream

# Control characters other than tabs and newlines: only they need this model.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

# Control sequences, strings such as the title of a window, and other control characters. The same
# pattern is in runtime/page/output/control_characters.ts.
_INVISIBLE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|" + CONTROL.pattern
)
_ANY_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_STRING_END = re.compile(r"[\x07\n\x18\x1a\x1b\x9c]")
_SCREEN_ROWS = 50  # the cursor reaches only so many lines, counted from the last one
_MAX_COLUMNS = 2_000  # a longer line continues in the next row
# Characters between ESC [ and the final character of a control sequence; more are ignored.
_MAX_PARAMETER_CHARACTERS = 100
_TAB = 8  # columns from one tab stop to the next
_END = sys.maxsize  # as a column: the end of a line, whatever its length
_STRINGS = "\x90\x98\x9d\x9e\x9f"  # each of these begins a string, such as the title of a window


class _State(Enum):
    """What the parser of a stream is reading."""

    TEXT = auto()
    ESCAPE = auto()  # what follows ESC
    INTERMEDIATE = auto()  # an escape sequence of more than two characters, such as ESC ( B
    CONTROL = auto()  # the parameters that follow ESC [
    STRING = auto()  # a string that is not shown
    # What follows ESC in a string. A backslash completes the end of the string, and anything else
    # begins an escape sequence, which ends the string as well.
    END_OF_STRING = auto()


@dataclass
class _Parser:
    state: _State = _State.TEXT
    parameters: str = ""


@dataclass
class _Line:
    """One row: the text of each column, and the stream that printed it.

    A wide character or a tab is followed by columns without text.

    Attributes:
        texts: The text of each column.
        streams: For each column, the stream that printed it.
        newline: The stream that ended the row; None if the row has not ended.
        is_continued: Whether the line was too long for the row and continues in the next one.
    """

    texts: list[str] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    newline: Stream | None = None
    is_continued: bool = False

    def put(self, column: int, text: str, width: int, stream: Stream) -> None:
        while len(self.texts) < column:
            self.texts.append(" ")
            self.streams.append(stream)
        for covered in range(column, min(column + width, len(self.texts))):
            self._split(covered)
        self.texts[column : column + width] = [text, *[""] * (width - 1)]
        self.streams[column : column + width] = [stream] * width

    def combine(self, column: int, text: str) -> bool:
        """Add a combining character to the one before a column; return whether there is one."""
        base = min(column, len(self.texts)) - 1
        while base >= 0 and self.texts[base] == "":
            base -= 1
        if base < 0:
            return False
        self.texts[base] += text
        return True

    def erase(self, start: int, stop: int, stream: Stream) -> None:
        if start >= len(self.texts):
            return
        self._split(start)
        if stop >= len(self.texts):
            del self.texts[start:], self.streams[start:]
            return
        self._split(stop)
        self.texts[start:stop] = [" "] * (stop - start)
        self.streams[start:stop] = [stream] * (stop - start)

    def runs(self) -> Iterator[tuple[Stream, str]]:
        """Yield the row from left to right, as texts that one stream has printed.

        If the row ends in a newline, the newline is part of the last text, whichever stream has
        printed it. An empty row is the newline alone.
        """
        newline = "\n" if self.newline and not self.is_continued else ""
        start = 0
        for column in range(1, len(self.texts) + 1):
            if column < len(self.texts) and self.streams[column] == self.streams[start]:
                continue
            text = "".join(self.texts[start:column])
            yield self.streams[start], text + (newline if column == len(self.texts) else "")
            start = column
        if self.newline and newline and not self.texts:
            yield self.newline, newline

    def _split(self, column: int) -> None:
        """Replace the wide character or the tab that takes this column, if any, with spaces."""
        following = self.texts[column + 1 : column + 2]
        if self.texts[column] != "" and following != [""]:
            return
        start = column
        while self.texts[start] == "":
            start -= 1
        self.texts[start] = " "
        for taken in range(start + 1, len(self.texts)):
            if self.texts[taken] != "":
                break
            self.texts[taken] = " "


class Terminal:
    """Takes the output of a program, and computes what a terminal would show."""

    def __init__(self) -> None:
        self._lines = [_Line()]
        self._row = 0
        self._column = 0
        self._top = 0  # the first row that the cursor can reach
        self._saved = (0, 0)  # row (counted from `_top`) and column of the saved cursor
        self._stream: Stream = "stdout"
        self._parsers: dict[Stream, _Parser] = {"stdout": _Parser(), "stderr": _Parser()}

    def write(self, stream: Stream, text: str) -> None:
        """Take the next text of a stream. Both streams share the cursor."""
        self._stream = stream
        parser = self._parsers[stream]
        index = 0
        while index < len(text):
            if parser.state is _State.TEXT:
                index = self._read_text(text, index, parser)
            elif parser.state is _State.STRING:
                index = self._skip_string(text, index, parser)
            elif self._read_sequence(text[index], parser):
                index += 1

    def transcript(self) -> Iterator[tuple[Stream, str]]:
        """Yield the lines. Where the stream changes, a new line begins."""
        height = len(self._lines)
        # Leave out empty lines at the end, below the cursor: erased, or never printed to.
        while height - 1 > self._row and not self._lines[height - 1].texts:
            height -= 1
        current: tuple[Stream, str] | None = None
        for line in self._lines[:height]:
            for stream, text in line.runs():
                if current and current[0] != stream:
                    yield current
                    current = None
                current = (stream, (current[1] if current else "") + text)
                if text.endswith("\n"):
                    yield stream, current[1].removesuffix("\n")
                    current = None
        if current:
            yield current

    def _read_text(self, text: str, start: int, parser: _Parser) -> int:
        """Print up to the next control character; return the index of what follows it."""
        found = _ANY_CONTROL.search(text, start)
        end = found.start() if found else len(text)
        for character in text[start:end]:
            self._print(character)
        if not found:
            return end
        if found[0] == "\x1b":
            parser.state = _State.ESCAPE
        else:
            self._control(found[0], parser)
        return end + 1

    def _skip_string(self, text: str, start: int, parser: _Parser) -> int:
        """Skip a string up to its end, if that has arrived; return the index of what follows."""
        found = _STRING_END.search(text, start)
        if not found:
            return len(text)
        if found[0] == "\x1b":
            parser.state = _State.END_OF_STRING
            return found.end()
        parser.state = _State.TEXT
        return found.start() if found[0] == "\n" else found.end()

    def _read_sequence(self, character: str, parser: _Parser) -> bool:
        """Read one of the characters that follow ESC, and change the state.

        Returns:
            Whether the character has been used. If not, it has to be read again in the new state.
        """
        state = parser.state
        if character == "\x1b":
            parser.state = _State.ESCAPE
        elif character in "\x18\x1a":
            parser.state = _State.TEXT
        elif state is _State.END_OF_STRING:
            parser.state = _State.TEXT if character == "\\" else _State.ESCAPE
            return character == "\\"
        elif character < " ":
            self._control(character, parser)
        elif character > "~":
            parser.state = _State.TEXT
            return character < "\xa0"
        elif state is _State.CONTROL:
            if character >= "@":
                parser.state = _State.TEXT
                self._execute(character, parser.parameters)
            elif len(parser.parameters) < _MAX_PARAMETER_CHARACTERS:
                parser.parameters += character
        elif state is _State.ESCAPE and character == "[":
            self._begin_control(parser)
        elif state is _State.ESCAPE and character in "]PX^_":
            parser.state = _State.STRING
        elif character <= "/":
            parser.state = _State.INTERMEDIATE
        else:
            parser.state = _State.TEXT
            if state is _State.ESCAPE:
                self._escape(character)
        return True

    def _begin_control(self, parser: _Parser) -> None:
        parser.state = _State.CONTROL
        parser.parameters = ""

    def _control(self, character: str, parser: _Parser) -> None:
        """Carry out one control character."""
        match character:
            case "\b":
                self._column = max(0, self._column - 1)
            case "\t":
                self._tab()
            case "\n":
                self._newline()
            case "\v" | "\f":
                self._feed()
            case "\r":
                self._column = 0
            case "\x9b":
                self._begin_control(parser)
            case "\x84" | "\x85" | "\x8d":  # short for ESC D, ESC E and ESC M
                self._escape(chr(ord(character) - 0x40))
            case _ if character in _STRINGS:
                parser.state = _State.STRING

    def _escape(self, character: str) -> None:
        """Carry out an escape sequence that consists of ESC and one character."""
        match character:
            case "7":
                self._save()
            case "8":
                self._restore()
            case "D":
                self._feed()
            case "E":
                self._newline()
            case "M":
                self._row = max(self._top, self._row - 1)
            case "c":
                self._erase_lines(self._top, len(self._lines))
                self._row, self._column = self._top, 0

    def _execute(self, final: str, parameters: str) -> None:
        """Carry out a control sequence: ESC [, then parameters, then the final character."""
        if not re.fullmatch(r"[0-9;]*", parameters):
            return
        first, second, *_ = [int(number or 0) for number in parameters.split(";")] + [0]
        count = max(1, first)
        row, column = self._row, self._column
        match final:
            case "A":
                self._move_to(row - count, column)
            case "B" | "e":
                self._move_to(row + count, column)
            case "C" | "a":
                self._move_to(row, column + count)
            case "D":
                self._move_to(row, column - count)
            case "E":
                self._move_to(row + count, 0)
            case "F":
                self._move_to(row - count, 0)
            case "G" | "`":
                self._move_to(row, count - 1)
            case "d":
                self._move_to(self._top + count - 1, column)
            case "H" | "f":
                self._move_to(self._top + count - 1, max(1, second) - 1)
            case "J":
                self._erase_screen(first)
            case "K":
                self._erase_line(first)
            case "X":
                self._erase(row, column, column + count)
            case "s":
                self._save()
            case "u":
                self._restore()

    def _move_to(self, row: int, column: int) -> None:
        self._row = min(max(row, self._top), self._top + _SCREEN_ROWS - 1)
        self._column = min(max(column, 0), _MAX_COLUMNS - 1)

    def _print(self, character: str) -> None:
        width = _width(character)
        if width == 0:
            if self._line().combine(self._column, character):
                return
            width = 1
        if self._column + width > _MAX_COLUMNS:
            self._line().is_continued = True
            self._newline()
        self._line().put(self._column, character, width, self._stream)
        self._column += width

    def _tab(self) -> None:
        stop = min((self._column // _TAB + 1) * _TAB, _MAX_COLUMNS - 1)
        # At the end of a line, the tab is kept as a character.
        if self._column >= len(self._line().texts) and stop > self._column:
            self._line().put(self._column, "\t", stop - self._column, self._stream)
        self._column = max(stop, self._column)

    def _newline(self) -> None:
        line = self._line()
        line.newline = line.newline or self._stream
        self._feed()
        self._column = 0

    def _feed(self) -> None:
        """Move the cursor down. Below the last row of the screen, the screen moves down with it."""
        self._row += 1
        self._top = max(self._top, self._row - _SCREEN_ROWS + 1)
        self._line()

    def _line(self) -> _Line:
        while len(self._lines) <= self._row:
            last = self._lines[-1]
            last.newline = last.newline or self._stream
            self._lines.append(_Line())
        return self._lines[self._row]

    def _erase_line(self, which: int) -> None:
        """Erase the cursor's line: from the cursor (0), up to the cursor (1), or all of it (2)."""
        if which > 2:
            return
        start = self._column if which == 0 else 0
        self._erase(self._row, start, self._column + 1 if which == 1 else _END)

    def _erase_screen(self, which: int) -> None:
        """Erase the screen: from the cursor (0), up to the cursor (1), or all of it (2)."""
        if which > 2:
            return
        if which != 0:
            self._erase_lines(self._top, self._row)
        self._erase_line(which)
        if which != 1:
            self._erase_lines(self._row + 1, len(self._lines))

    def _erase_lines(self, start: int, stop: int) -> None:
        for row in range(start, min(stop, len(self._lines))):
            self._erase(row, 0, _END)

    def _erase(self, row: int, start: int, stop: int) -> None:
        if row >= len(self._lines):
            return
        self._lines[row].erase(start, stop, self._stream)
        if stop == _END:
            self._lines[row].is_continued = False

    def _save(self) -> None:
        self._saved = (self._row - self._top, self._column)

    def _restore(self) -> None:
        self._row = self._top + self._saved[0]
        self._column = self._saved[1]


def without_controls(text: str) -> str:
    """Remove control characters and escape sequences, and keep the text that they would erase."""
    return _INVISIBLE.sub("", text)


def _width(character: str) -> int:
    """Return how many columns a character takes."""
    if character < "\u0300":
        return 1  # also for a soft hyphen, although its category is Cf
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
