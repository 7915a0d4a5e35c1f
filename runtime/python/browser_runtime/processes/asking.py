"""Waits for answers of the broker, while other threads run and Ctrl+C is delivered.

If a function of `browser_processes` asks the broker something, as `broker.receive` does, it returns
the number of the question. The functions of this module take this number as `question`.
"""

from typing import Any

import browser_processes as broker

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
    """Wait until the broker answers, until another thread wakes a queue, or until a timeout.

    Args:
        question: the question.
        seconds: the timeout; None means forever.
        queues: the queues.

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
