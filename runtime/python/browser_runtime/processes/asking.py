"""Waits for answers of the broker, while other threads run and Ctrl+C is delivered.

If a function of `browser_processes` asks the broker something, as `broker.receive` does, it returns
the number of the question. The functions of this module take this number as `question`.
"""

from collections.abc import Callable
from typing import Any

import browser_processes as broker
from pyodide.ffi import create_proxy

from browser_runtime.scheduling import scheduler, virtual_time


class _CombinedQueue(list[scheduler.Waiting]):
    """A queue whose thread is woken by an answer, or through one of several other queues.

    Args:
        question: the question, or 0 for none.
        queues: other queues that the waiting thread joins as well.
    """

    def __init__(self, question: int, queues: "list[list[scheduler.Waiting]]") -> None:
        super().__init__()
        self.question = question
        self.queues = queues

    def append(self, waiting: scheduler.Waiting) -> None:
        super().append(waiting)
        for queue in self.queues:
            queue.append(waiting)
        if self.question:
            broker.listen(self.question, waiting.gate)

    def remove(self, waiting: scheduler.Waiting) -> None:
        super().remove(waiting)
        for queue in self.queues:
            queue.remove(waiting)


def seconds_until(deadline: int | None) -> float | None:
    """Return the seconds until a deadline, at least 0; None if there is no deadline."""
    return None if deadline is None else virtual_time.seconds_to(deadline)


def deadline_after(seconds: float | None) -> int | None:
    """Return the deadline that is so many seconds from now, in ns; None if `seconds` is None."""
    return None if seconds is None else scheduler.timeout_end(seconds)


def combine(queues: "list[list[scheduler.Waiting]]") -> "list[scheduler.Waiting]":
    """Return a queue whose thread is woken through any of these queues."""
    return _CombinedQueue(0, queues)


def wait_once(
    question: int, seconds: float | None, queues: "list[list[scheduler.Waiting]]"
) -> bool:
    """Wait until the broker answers, another thread wakes a queue, or the timeout passes.

    Args:
        question: the question.
        seconds: the timeout; None means forever.
        queues: the queues that this thread joins while it waits.

    Returns:
        Whether the question was answered. If it was not, it is cancelled.
    """
    if not broker.is_answered(question):
        try:
            scheduler.wait(seconds, _CombinedQueue(question, queues), outside=True)
        except BaseException:
            broker.cancel(question)
            raise
    if broker.is_answered(question):
        return True
    broker.cancel(question)
    return False


def answer(question: int, seconds: float | None = None) -> Any:
    """Wait for the answer of the broker, and return it.

    Args:
        question: the question.
        seconds: the timeout; None means forever.

    Raises:
        TimeoutError: there was no answer in time. The question is cancelled.
    """
    deadline = deadline_after(seconds)
    while not broker.is_answered(question):
        left = seconds_until(deadline)
        if left == 0:
            broker.cancel(question)
            raise TimeoutError
        try:
            scheduler.wait(left, _CombinedQueue(question, []), outside=True)
        except BaseException:
            broker.cancel(question)
            raise
    return broker.take(question)


# Instead of a thread that waits, a function can be called when something arrives. The worker calls
# it while no thread runs, so the function must neither wait nor raise an exception.
type Callback = Callable[[], None]

_on_answer: dict[int, Callback] = {}
_on_room: dict[int, Callback] = {}
# The two functions that the worker calls, as JavaScript objects that exist as long as the worker.
_proxies: list[Any] = []


def _answered(question: int) -> None:
    if callback := _on_answer.pop(question, None):
        scheduler.call_from_outside(callback)


def _has_room(channel: int) -> None:
    if callback := _on_room.get(channel):
        scheduler.call_from_outside(callback)


def _functions() -> list[Any]:
    if not _proxies:
        _proxies.extend((create_proxy(_answered), create_proxy(_has_room)))
    return _proxies


def call_on_answer(question: int, callback: Callback) -> None:
    """Let a function be called when a question is answered that was asked just now."""
    _on_answer[question] = callback
    broker.on_answer(question, _functions()[0])


def forget_answer(question: int) -> None:
    """Do not call the function of a question any more."""
    _on_answer.pop(question, None)


def call_on_room(channel: int, callback: Callback) -> None:
    """Let a function be called whenever another process has received something from a channel.

    It is also called when no process can read the channel any more.
    """
    _on_room[channel] = callback
    broker.on_room(channel, _functions()[1])


def forget_room(channel: int) -> None:
    """Do not call the function of a channel any more."""
    _on_room.pop(channel, None)


def forget() -> None:
    """Forget the functions of the last program."""
    _on_answer.clear()
    _on_room.clear()
