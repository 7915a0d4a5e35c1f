import asyncio
import sys
import unittest


# region code
class SilentStation:
    """A fake that reports when it has been asked, and never answers."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.closed = False

    async def ask(self) -> str:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.closed = True
        return "7 °C"


async def read(station: SilentStation, patience: float) -> str:
    try:
        async with asyncio.timeout(patience):
            return await station.ask()
    except TimeoutError:
        return "no answer"


class ReadTest(unittest.IsolatedAsyncioTestCase):
    async def test_timeout(self) -> None:
        station = SilentStation()
        self.assertEqual(await read(station, patience=0), "no answer")
        self.assertTrue(station.closed)

    async def test_cancelled(self) -> None:
        station = SilentStation()
        reading = asyncio.create_task(read(station, patience=60))
        await station.asked.wait()
        reading.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await reading
        self.assertTrue(station.closed)


# endregion

if __name__ == "__main__":
    runner = unittest.TextTestRunner(stream=sys.stdout, descriptions=False, verbosity=2)
    unittest.main(testRunner=runner, exit=False)
