import asyncio
import unittest
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any


# region loop
class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """asyncio's own event loop, except that its clock jumps where it would wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._selector = JumpingSelector(self, self._selector)

    def time(self) -> float:
        return self.now


class JumpingSelector:
    def __init__(self, loop: VirtualTimeLoop, selector: Any) -> None:
        self.loop, self.selector = loop, selector

    def select(self, timeout: float | None) -> list[Any]:
        events: list[Any] = self.selector.select(0)
        if not events and timeout is None:
            raise RuntimeError("deadlock: every task waits, and no timer is left")
        if not events and timeout is not None:
            self.loop.now += timeout
        return events

    def __getattr__(self, name: str) -> Any:
        return getattr(self.selector, name)


# endregion


# region test
async def ask_again(ask: Callable[[], Awaitable[str]], tries: int) -> str:
    for attempt in range(tries):
        try:
            return await ask()
        except ConnectionError:
            await asyncio.sleep(60 * 2**attempt)
    raise ConnectionError


class AskAgainTest(unittest.TestCase):
    def test_waits_twice_as_long_each_time(self) -> None:
        asked_at: list[float] = []

        async def ask() -> str:
            asked_at.append(asyncio.get_running_loop().time())
            if len(asked_at) < 5:
                raise ConnectionError
            return "7 °C"

        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            self.assertEqual(runner.run(ask_again(ask, tries=5)), "7 °C")
        self.assertEqual(asked_at, [0, 60, 180, 420, 900])
        print("asked at minute", *(int(seconds / 60) for seconds in asked_at))


# endregion

start = perf_counter()
AskAgainTest("test_waits_twice_as_long_each_time").debug()
print("15 minutes in less than a second:", perf_counter() - start < 1)
