"""Standard input: each line is asked of the reader of the page, while other threads go on."""

import io
import sys
from typing import Any

import browser_page as page

from browser_runtime.primitives.locks import Lock
from browser_runtime.scheduling import scheduler


class Keyboard(io.BufferedIOBase):
    """What `sys.stdin.buffer` is: a terminal on which somebody types line by line.

    Like there, the end of input is not for ever: whoever reads on is asked again.
    """

    name, mode = "<stdin>", "rb"

    def __init__(self) -> None:
        self._left = b""
        # Two threads that read at once are asked one after the other.
        self._turn = Lock()
        self._queue: list[scheduler.Waiting] = []
        self._answer: str | None = None
        self._answered = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def read1(self, size: int | None = -1, /) -> bytes:
        """Return what is left of the last line, else ask for one; empty at the end of input."""
        with self._turn:
            if not self._left:
                self._left = self._ask()
            end = len(self._left) if size is None or size < 0 else size
            taken, self._left = self._left[:end], self._left[end:]
            return taken

    def read(self, size: int | None = -1, /) -> bytes:
        """Return so many bytes, or everything up to the end of input."""
        taken = b""
        while size is None or size < 0 or len(taken) < size:
            part = self.read1(-1 if size is None or size < 0 else size - len(taken))
            if not part:
                break
            taken += part
        return taken

    def answer(self, text: str | None) -> None:
        """Take a line that was typed, without its end; None is the end of input.

        Called from JavaScript, while Python waits.
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
            # Text of the program's own streams shows before the question.
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
    """Return a new `sys.stdin`, whose answers come through `answer`."""
    global _keyboard
    _keyboard = Keyboard()
    return io.TextIOWrapper(_keyboard, encoding="utf-8")


def answer(text: str | None = None) -> None:
    """Hand a line to whoever has asked for it; nobody may have."""
    _keyboard.answer(text)
