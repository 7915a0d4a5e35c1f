"""A replacement for the module `browser_processes`, with what connections between processes need.

All functions work as in runtime/worker/links/process_link.ts, and with a broker that does what
runtime/sandbox/channels.ts does. The interpreter of the tests is one process. Tests play another
one: they call the same functions within `FakeBroker.another_process`.
"""

import itertools
import types
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.browser_runtime.fake_kernel import FakeKernel

MAIN, OTHER = 42, 43
WOKEN = 0
# A sender is notified whenever this many of its bytes have been received.
NOTICE_BYTES = 32 * 1024


class Message(bytes):
    """A message, as a JavaScript array of bytes."""

    def to_bytes(self) -> bytes:
        """Return the bytes."""
        return bytes(self)


class _Channel:
    def __init__(self) -> None:
        self.holders: dict[str, set[object]] = {"reader": set(), "writer": set()}
        self.messages: deque[tuple[int, Message, list[int]]] = deque()
        self.receiving: deque[tuple[int, int]] = deque()
        self.names: set[str] = set()
        self.consumed = 0


class FakeBroker(types.ModuleType):
    """The module `browser_processes`."""

    def __init__(self, kernel: FakeKernel) -> None:
        super().__init__("browser_processes")
        self._kernel = kernel
        self._numbers = itertools.count(1000)
        self.reset()

    def reset(self) -> None:
        """Return to the state in which the program has one process and no channel."""
        self.others = False
        self._pid = MAIN
        self._channels: dict[int, _Channel] = {}
        self._tokens: dict[int, tuple[int, str]] = {}
        # Question → whether it is answered, the answer, and what is called then.
        self._questions: dict[int, list[Any]] = {}
        self._unread: dict[int, int] = {}
        self._broken: set[int] = set()
        self._on_room: dict[int, Callable[[int], object]] = {}

    @contextmanager
    def another_process(self) -> Iterator[None]:
        """Let another process of the program call the functions of the module."""
        self.others, self._pid = True, OTHER
        try:
            yield
        finally:
            self._pid = MAIN

    # --- the module -------------------------------------------------------------------------------

    def pid(self) -> int:
        return self._pid

    def number(self) -> int:
        return next(self._numbers)

    def is_alone(self) -> bool:
        return not self.others

    def open_channel(self, number: int, messages: object, reader: bool, writer: bool, /) -> None:  # noqa: ARG002
        channel = self._channels[number] = _Channel()
        for end, holds in (("reader", reader), ("writer", writer)):
            if holds:
                channel.holders[end].add(self._pid)

    def share(self, number: int, end: str, token: int, /) -> None:
        self._tokens[token] = number, end
        self._channels[number].holders[end].add(("token", token))

    def claim(self, token: int, /) -> None:
        self._claim(self._pid, token)

    def _claim(self, pid: int, token: int) -> None:
        number, end = self._tokens.pop(token)
        holders = self._channels[number].holders[end]
        holders.add(pid)
        holders.discard(("token", token))

    def drop(self, token: int, /) -> None:
        number, end = self._tokens.pop(token)
        self._close(number, end, ("token", token))

    def close(self, number: int, end: str, /) -> None:
        channel = self._channels.get(number)
        if channel and end == "writer" and self._pid in channel.holders["writer"]:
            self._unread.pop(number, None)
            self._on_room.pop(number, None)
        self._close(number, end, self._pid)

    def _close(self, number: int, end: str, holder: object) -> None:
        channel = self._channels.get(number)
        if channel is None:
            return
        channel.holders[end].discard(holder)
        if not channel.holders["reader"]:
            for _, _, tokens in channel.messages:
                for token in tokens:
                    self.drop(token)
            channel.messages.clear()
            channel.names.clear()
            self._kernel.post(lambda: self._notice(number, is_broken=True))
        self._serve(channel)

    def _notice(self, number: int, size: int = 0, *, is_broken: bool = False) -> None:
        if number in self._unread:
            self._unread[number] -= size
        if is_broken:
            self._broken.add(number)
        if callback := self._on_room.get(number):
            callback(number)

    def send(self, number: int, data: bytes, /) -> None:
        self._unread[number] = self._unread.get(number, 0) + len(data)
        channel = self._channels[number]
        if self._pid in channel.holders["writer"] and channel.holders["reader"]:
            channel.messages.append((number, Message(data), []))
            self._serve(channel)

    def unread(self, number: int, /) -> int:
        return self._unread.get(number, 0)

    def is_broken(self, number: int, /) -> bool:
        return number in self._broken

    def on_room(self, number: int, callback: Callable[[int], object], /) -> None:
        self._unread.setdefault(number, 0)
        self._on_room[number] = callback

    def listen_at(self, address: str, number: int, /) -> None:
        self._channels[number].names.add(address)

    def _ask(self) -> int:
        question = self.number()
        self._questions[question] = [False, None, []]
        return question

    def _answer(self, question: int, value: object) -> None:
        """Let an answer arrive when Python lets the event loop run."""

        def arrive() -> None:
            state = self._questions.get(question)
            if state is not None:
                state[:2] = True, value
                for callback in state[2]:
                    callback()

        self._kernel.post(arrive)

    def bind(self, number: int, names: list[str], rivals: list[str], /) -> int:
        taken = {
            name
            for channel in self._channels.values()
            for name in channel.names
            if self._pid not in channel.holders["reader"]
        }
        is_free = taken.isdisjoint(rivals)
        if is_free:
            self._channels[number].names.update(names)
        question = self._ask()
        self._answer(question, is_free)
        return question

    def connect(self, addresses: list[str], data: bytes, tokens: list[int], /) -> int:
        question = self._ask()
        for address in addresses:
            for number, channel in self._channels.items():
                if address in channel.names:
                    channel.messages.append((number, Message(data), tokens))
                    self._serve(channel)
                    self._answer(question, True)
                    return question
        for token in tokens:
            self.drop(token)
        self._answer(question, False)
        return question

    def receive(self, number: int, /) -> int:
        question = self._ask()
        channel = self._channels.get(number)
        if channel is None or self._pid not in channel.holders["reader"]:
            self._answer(question, None)
        else:
            channel.receiving.append((question, self._pid))
            self._serve(channel)
        return question

    def _serve(self, channel: _Channel) -> None:
        while channel.receiving and (channel.messages or not channel.holders["writer"]):
            question, pid = channel.receiving.popleft()
            if question not in self._questions:
                continue
            if not channel.messages:
                self._answer(question, None)
                continue
            number, data, tokens = channel.messages.popleft()
            for token in tokens:
                self._claim(pid, token)
            channel.consumed += len(data)
            if channel.consumed >= NOTICE_BYTES:
                size, channel.consumed = channel.consumed, 0
                self._kernel.post(lambda number=number, size=size: self._notice(number, size))  # type: ignore[misc]
            self._answer(question, data)

    def listen(self, question: int, gate: Any, /) -> None:
        self._questions[question][2].append(lambda: gate.open(WOKEN))

    def on_answer(self, question: int, callback: Callable[[int], object], /) -> None:
        self._questions[question][2].append(lambda: callback(question))

    def is_answered(self, question: int, /) -> bool:
        return question not in self._questions or self._questions[question][0]

    def take(self, question: int, /) -> Any:
        return self._questions.pop(question)[1]

    def cancel(self, question: int, /) -> None:
        self._questions.pop(question, None)
