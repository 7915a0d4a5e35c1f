"""`queue.SimpleQueue`, which thread pools use. Waiting in the C version would block all threads."""

import _queue
import importlib.machinery
import queue
import sys
from collections import deque
from queue import Empty
from types import GenericAlias, ModuleType
from typing import Any

from browser_runtime.primitives.locks import to_seconds
from browser_runtime.scheduling import scheduler, virtual_time


class SimpleQueue:
    """Like `_queue.SimpleQueue`: unbounded, first in first out, without counting tasks."""

    __slots__ = ("__weakref__", "_items", "_waiting")

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._waiting: list[scheduler.Waiting] = []

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002
        """Append an item. The queue is unbounded, so the other arguments are ignored."""
        self._items.append(item)
        self._wake_one()

    def put_nowait(self, item: Any) -> None:
        """Append an item."""
        self.put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Remove and return the oldest item.

        Args:
            block: wait until there is an item.
            timeout: how many seconds to wait at most; None waits without a limit.

        Raises:
            queue.Empty: there was no item within that time.
        """
        if not block:
            timeout = 0
        elif timeout is not None:
            timeout = to_seconds(timeout)
            if timeout < 0:
                raise ValueError("'timeout' must be a non-negative number")
        end = None if timeout is None else scheduler.timeout_end(timeout)
        while not self._items:
            left = None if end is None else virtual_time.seconds_to(end)
            if left == 0:
                scheduler.raise_requested()
                raise Empty
            try:
                scheduler.wait(left, self._waiting)
            except BaseException:
                # `put` may have woken this thread before Ctrl+C arrived. Wake another thread
                # instead, because this one does not take the item.
                if self._items:
                    self._wake_one()
                raise
        item = self._items.popleft()
        scheduler.raise_requested()
        return item

    def get_nowait(self) -> Any:
        """Remove and return the oldest item without waiting; raise `queue.Empty` if none exists."""
        return self.get(block=False)

    def empty(self) -> bool:
        """Return whether the queue is empty now."""
        return not self._items

    def qsize(self) -> int:
        """Return how many items are in the queue now."""
        return len(self._items)

    def _wake_one(self) -> None:
        if self._waiting:
            self._waiting.pop(0).wake()

    __class_getitem__: Any = classmethod(GenericAlias)


SimpleQueue.__module__ = "_queue"


class _Importer(importlib.machinery.BuiltinImporter):
    """Replaces the C version of `SimpleQueue` whenever a program imports `_queue` anew."""

    @classmethod
    def find_spec(cls, fullname: str, *args: Any) -> importlib.machinery.ModuleSpec | None:
        return super().find_spec(fullname, *args) if fullname == "_queue" else None

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        importlib.machinery.BuiltinImporter.exec_module(module)
        vars(module)["SimpleQueue"] = SimpleQueue


def install() -> None:
    """Replace `SimpleQueue` in `queue` and in all later imports of `_queue`."""
    sys.meta_path.insert(0, _Importer)
    queue.SimpleQueue = _queue.SimpleQueue = SimpleQueue  # type: ignore[assignment,misc]
