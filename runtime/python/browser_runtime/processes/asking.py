"""Waits for what the broker answers; other threads run meanwhile, and Ctrl-C gets through."""

import time
from typing import Any

import browser_processes as broker

from browser_runtime.scheduling import scheduler


class _Line(list[scheduler.Waiting]):
    """Where a thread stands while it waits for an answer, for room, or for what threads here do."""

    def __init__(self, ask: int, lines: "list[list[scheduler.Waiting]]") -> None:
        super().__init__()
        self.ask = ask
        self.lines = lines

    def append(self, waiting: scheduler.Waiting) -> None:
        super().append(waiting)
        for line in self.lines:
            line.append(waiting)
        if self.ask:
            broker.listen(self.ask, waiting.gate)

    def remove(self, waiting: scheduler.Waiting) -> None:
        super().remove(waiting)
        for line in self.lines:
            line.remove(waiting)


def left_until(end: float | None) -> float | None:
    """Return the seconds until then, not less than 0; None if there is no end."""
    return None if end is None else max(0.0, end - time.monotonic())


def end_after(seconds: float | None) -> float | None:
    """Return when so many seconds are over; None if they never are."""
    return None if seconds is None else time.monotonic() + seconds


def line(lines: "list[list[scheduler.Waiting]]") -> "list[scheduler.Waiting]":
    """Return a line that is all these lines at once."""
    return _Line(0, lines)


def wait_once(ask: int, seconds: float | None, lines: "list[list[scheduler.Waiting]]") -> bool:
    """Wait until the question is answered or a thread wakes one of the lines.

    Returns:
        Whether it is answered; if not, the question is taken back.
    """
    if not broker.is_answered(ask):
        try:
            scheduler.wait(seconds, _Line(ask, lines), outside=True)
        except BaseException:
            broker.cancel(ask)
            raise
    if broker.is_answered(ask):
        return True
    broker.cancel(ask)
    return False


def answer(ask: int, seconds: float | None = None) -> Any:
    """Return what the broker answers.

    Raises:
        TimeoutError: nothing so many seconds long; the question is taken back.
    """
    end = end_after(seconds)
    while not broker.is_answered(ask):
        left = left_until(end)
        if left == 0:
            broker.cancel(ask)
            raise TimeoutError
        try:
            scheduler.wait(left, _Line(ask, []), outside=True)
        except BaseException:
            broker.cancel(ask)
            raise
    return broker.take(ask)
