import asyncio
import sys
import unittest
from collections.abc import Awaitable, Callable

type Ask = Callable[[str], Awaitable[str]]


# region code
async def track_in_turn(parcels: list[str], ask: Ask) -> list[str]:
    return [await ask(parcel) for parcel in parcels]


async def track_together(parcels: list[str], ask: Ask) -> list[str]:
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask(parcel)) for parcel in parcels]
    return [task.result() for task in asking]


class TrackTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.events: list[str] = []

    async def fake_ask(self, parcel: str) -> str:
        self.events.append("asked")
        await asyncio.sleep(0)
        self.events.append("answered")
        return f"{parcel} in Graz"

    async def test_together(self) -> None:
        places = await track_together(["A", "B"], self.fake_ask)
        self.assertEqual(places, ["A in Graz", "B in Graz"])
        self.assertEqual(self.events, ["asked", "asked", "answered", "answered"])

    @unittest.expectedFailure
    async def test_in_turn(self) -> None:
        await track_in_turn(["A", "B"], self.fake_ask)
        self.assertEqual(self.events, ["asked", "asked", "answered", "answered"])


# endregion

if __name__ == "__main__":
    runner = unittest.TextTestRunner(stream=sys.stdout, descriptions=False, verbosity=2)
    unittest.main(testRunner=runner, exit=False)
