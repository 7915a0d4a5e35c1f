import asyncio
import sys
import unittest
from collections.abc import Awaitable, Callable

type Ask = Callable[[str], Awaitable[str]]


# region code
async def read_in_sequence(stations: list[str], ask: Ask) -> list[str]:
    return [await ask(station) for station in stations]


async def read_together(stations: list[str], ask: Ask) -> list[str]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(station)) for station in stations]
    return [task.result() for task in tasks]


class ReadTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.events: list[str] = []

    async def fake_ask(self, station: str) -> str:
        self.events.append("asked")
        await asyncio.sleep(0)
        self.events.append("answered")
        return f"{station}: 7 °C"

    async def test_together(self) -> None:
        readings = await read_together(["Oslo", "Lima"], self.fake_ask)
        self.assertEqual(readings, ["Oslo: 7 °C", "Lima: 7 °C"])
        self.assertEqual(self.events, ["asked", "asked", "answered", "answered"])

    @unittest.expectedFailure
    async def test_in_sequence(self) -> None:
        await read_in_sequence(["Oslo", "Lima"], self.fake_ask)
        self.assertEqual(self.events, ["asked", "asked", "answered", "answered"])


# endregion

if __name__ == "__main__":
    runner = unittest.TextTestRunner(stream=sys.stdout, descriptions=False, verbosity=2)
    unittest.main(testRunner=runner, exit=False)
