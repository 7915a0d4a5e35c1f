"""Standard input: the page asks the reader for each line, while other threads keep running."""

import io
import sys
from typing import Any

import browser_page as page

from browser_runtime.primitives.locks import Lock
from browser_runtime.scheduling import scheduler


class Keyboard(io.BufferedIOBase):
    """The buffer of `sys.stdin`, which behaves like a terminal that is read line by line.

    As on a terminal, the end of input is not final: the next read asks the reader again.
    """

    name, mode = "<stdin>", "rb"

    def __init__(self) -> None:
        self._unread = b""
        # Threads that read at the same time get their lines one after another.
        self._lock = Lock()
        self._queue: list[scheduler.Waiting] = []
        self._answer: str | None = None
        self._answered = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def read1(self, size: int | None = -1, /) -> bytes:
        """Return at most `size` bytes of the last line, or ask for a line if all of it is read.

        The result is empty at the end of input.
        """
        with self._lock:
            if not self._unread:
                self._unread = self._ask()
            end = len(self._unread) if size is None or size < 0 else size
            taken, self._unread = self._unread[:end], self._unread[end:]
            return taken

    def read(self, size: int | None = -1, /) -> bytes:
        """Return at most `size` bytes, or everything up to the end of input."""
        taken = b""
        while size is None or size < 0 or len(taken) < size:
            part = self.read1(-1 if size is None or size < 0 else size - len(taken))
            if not part:
                break
            taken += part
        return taken

    def answer(self, text: str | None) -> None:
        """Accept a line from the reader, without its newline; None is the end of input.

        JavaScript calls this method, through the function `answer`, while Python waits.
        """
        self._answer, self._answered = text, True
        for waiting in self._queue:
            waiting.wake()

    def _ask(self) -> bytes:
        if not scheduler.can_switch():
            raise EOFError(
                "input() cannot be answered here, because this browser cannot suspend Python "
                "while it waits: put the answer into the code instead, or use Chrome 137, "
                "Firefox 153 or newer"
            )
        for stream in (sys.stdout, sys.stderr):
            # The reader has to see buffered output, such as a prompt, before answering.
            flush: Any = getattr(stream, "flush", None)
            if flush:
                flush()
        self._answered = False
        page.ask()
        while not self._answered:
            scheduler.wait_for_reader(self._queue)
        return b"" if self._answer is None else f"{self._answer}\n".encode()


_keyboard = Keyboard()


def plug_in() -> io.TextIOWrapper:
    """Create a new `sys.stdin`, which gets its lines from `answer`."""
    global _keyboard
    _keyboard = Keyboard()
    return io.TextIOWrapper(_keyboard, encoding="utf-8")


def answer(text: str | None = None) -> None:
    """Pass a line from the reader to the thread that waits for it; None is the end of input."""
    _keyboard.answer(text)
