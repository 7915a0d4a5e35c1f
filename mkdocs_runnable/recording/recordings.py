"""Transcripts of runs, and the text files (``name.out``) in which they are saved.

.. code-block:: text

    Two cups are ready.
    2> demo.py:9: RuntimeWarning: coroutine 'brew' was never awaited
    [exit status 1]

Lines of stdout are saved as a terminal shows them, and each line of stderr follows ``2> ``. If the
exit status is not 0, it is in the last line.

The origin of each recording (the interpreter, and a hash of the program) is saved in one file for
all snippets, ``recordings.json``. It shows whether a recording is outdated.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.files import write_atomically
from mkdocs_runnable.recording.execute import Chunk, Execution, Stream
from mkdocs_runnable.recording.terminal import CONTROL, Terminal
from mkdocs_runnable.recording.tidy import TracebackFilter

_STDERR = "2> "
_STATUS = re.compile(r"\[exit status (\d+)\]")


@dataclass(frozen=True)
class Line:
    """One line of output, without its newline."""

    stream: Stream
    text: str


@dataclass(frozen=True)
class Transcript:
    """The lines that one run printed, in order, and its exit status."""

    lines: tuple[Line, ...]
    status: int = 0

    @classmethod
    def of(cls, execution: Execution, path: Path) -> "Transcript":
        """Return the tidied output of a run of the file at ``path``."""
        return cls(tuple(_tidied(_lines(execution.chunks), path)), execution.status)

    @classmethod
    def parse(cls, text: str) -> "Transcript":
        """Read the text of a ``.out`` file."""
        texts = text.removesuffix("\n").split("\n") if text else []
        status = 0
        if texts and (match := _STATUS.fullmatch(texts[-1])):
            status = int(match[1])
            texts.pop()
        return cls(
            tuple(
                Line("stderr", text.removeprefix(_STDERR))
                if text.startswith(_STDERR)
                else Line("stdout", text)
                for text in texts
            ),
            status,
        )

    def to_text(self) -> str:
        """Return the text of a ``.out`` file.

        Raises:
            RunnableError: A line of stdout looks like a line of stderr or like an exit status.
        """
        texts = []
        for number, line in enumerate(self.lines, start=1):
            if line.stream == "stdout" and line.text.startswith(_STDERR):
                raise RunnableError(
                    f"line {number} of the output, {line.text!r}, starts with '{_STDERR}', which "
                    "marks stderr in a recording. Change how the program prints it."
                )
            if line.stream == "stdout" and _STATUS.fullmatch(line.text) and line is self.lines[-1]:
                raise RunnableError(
                    f"the last line of the output, {line.text!r}, looks like the exit status "
                    "that ends a recording. Change how the program prints it."
                )
            texts.append(line.text if line.stream == "stdout" else _STDERR + line.text)
        if self.status:
            texts.append(f"[exit status {self.status}]")
        return "".join(f"{text}\n" for text in texts)


def _lines(chunks: Iterable[Chunk]) -> list[Line]:
    """Split output into lines, as a terminal shows them.

    If the stream changes in the middle of a line, a new line begins.
    """
    chunks = list(chunks)
    if not any(CONTROL.search(chunk.text) for chunk in chunks):
        return _plain_lines(chunks)
    terminal = Terminal()
    for chunk in chunks:
        terminal.write(chunk.stream, chunk.text)
    return [Line(stream, text) for stream, text in terminal.transcript()]


def _plain_lines(chunks: Iterable[Chunk]) -> list[Line]:
    """Split output without control characters into lines, faster than a ``Terminal`` would."""
    lines: list[Line] = []
    stream: Stream = "stdout"
    text = ""
    for chunk in chunks:
        if chunk.stream != stream and text:
            lines.append(Line(stream, text))
            text = ""
        stream = chunk.stream
        *whole, text = (text + chunk.text).split("\n")
        lines.extend(Line(stream, each) for each in whole)
    if text:
        lines.append(Line(stream, text))
    return lines


def _tidied(lines: Iterable[Line], path: Path) -> Iterable[Line]:
    tidying = TracebackFilter(path.resolve())
    for line in lines:
        if line.stream == "stdout":
            yield Line("stdout", tidying.shorten(line.text))
        elif (text := tidying.feed(line.text)) is not None:
            yield Line("stderr", text)


@dataclass(frozen=True)
class Origin:
    """The interpreter and the version of the file that a recording was made with.

    Attributes:
        interpreter: Name of the interpreter, such as ``CPython 3.13``.
        source: First 12 hexadecimal digits of the SHA-256 hash of the file that was run.
    """

    interpreter: str
    source: str


@lru_cache(maxsize=4)  # A build looks up each program separately, in the same text.
def _parse_origins(text: str) -> Mapping[str, Origin]:
    return {name: Origin(**origin) for name, origin in json.loads(text).items()}


class Origins:
    """The origins of all recordings. They are saved in ``recordings.json``, beside the snippets."""

    FILE = "recordings.json"

    def __init__(self, root: Path) -> None:
        self.path = root / self.FILE
        self._origins = self._read()
        self._changed: dict[str, Origin] = {}

    def _read(self) -> dict[str, Origin]:
        try:
            return dict(_parse_origins(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError) as error:
            raise RunnableError(
                f"{self.path}: not a list of recordings ({error}). Delete it, and run "
                "`python -m mkdocs_runnable record`."
            ) from None

    def get(self, name: str) -> Origin | None:
        """Return the origin of a snippet's recording, or None if it is unknown."""
        return self._origins.get(name)

    def set(self, name: str, origin: Origin) -> None:
        """Change the origin of a recording; :meth:`save` writes it to the file."""
        self._origins[name] = self._changed[name] = origin

    def save(self, names: Iterable[str]) -> None:
        """Write the file if its content has changed.

        Each origin has its own line, so that diffs are small. Origins that another process has
        saved since the file was read are kept.

        Args:
            names: The snippets whose origins are written; all others are removed.
        """
        known = self._read() | self._changed
        self._origins = {name: known[name] for name in names if name in known}
        lines = [
            f"  {json.dumps(name)}: {json.dumps(vars(origin))}"
            for name, origin in sorted(self._origins.items())
        ]
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        if not self.path.exists() or self.path.read_text(encoding="utf-8") != text:
            write_atomically(self.path, text)
