"""`queue.SimpleQueue`, which thread pools are built on; the one in C would stop every thread."""

import _queue
import importlib.machinery
import queue
import sys
from collections import deque
from queue import Empty
from types import GenericAlias, ModuleType
from typing import Any

from browser_runtime.scheduling import scheduler, virtual_time


class SimpleQueue:
    """Like `_queue.SimpleQueue`: unbounded, first in first out, without counting tasks."""

    __slots__ = ("__weakref__", "_items", "_waiting")

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._waiting: list[scheduler.Waiting] = []

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002
        """Append an item; never waits."""
        self._items.append(item)
        self._wake_one()

    def put_nowait(self, item: Any) -> None:
        """Append an item."""
        self.put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Return the oldest item, waiting for one if asked to, so many seconds at most.

        Raises:
            queue.Empty: there is none, or none came in time.
        """
        if not block:
            timeout = 0
        elif timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        end = None if timeout is None else virtual_time.moment_in(timeout)
        while not self._items:
            left = None if end is None else virtual_time.seconds_to(end)
            if left is not None and left <= 0:
                raise Empty
            try:
                scheduler.wait(left, self._waiting)
            except BaseException:
                if self._items:  # The wake-up that came together with Ctrl-C.
                    self._wake_one()
                raise
        return self._items.popleft()

    def get_nowait(self) -> Any:
        """Return the oldest item without waiting."""
        return self.get(block=False)

    def empty(self) -> bool:
        """Return whether there is nothing in it now."""
        return not self._items

    def qsize(self) -> int:
        """Return how many items there are now."""
        return len(self._items)

    def _wake_one(self) -> None:
        if self._waiting:
            self._waiting.pop(0).wake()

    __class_getitem__: Any = classmethod(GenericAlias)


SimpleQueue.__module__ = "_queue"


class _Importer(importlib.machinery.BuiltinImporter):
    """Puts it into `_queue` whenever that is imported: its own would wait in C, for ever."""

    @classmethod
    def find_spec(cls, fullname: str, *args: Any) -> importlib.machinery.ModuleSpec | None:
        return super().find_spec(fullname, *args) if fullname == "_queue" else None

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        importlib.machinery.BuiltinImporter.exec_module(module)
        vars(module)["SimpleQueue"] = SimpleQueue


def install() -> None:
    """Let `queue` and whoever else imports it have this one."""
    sys.meta_path.insert(0, _Importer)
    queue.SimpleQueue = _queue.SimpleQueue = SimpleQueue  # type: ignore[assignment,misc]
