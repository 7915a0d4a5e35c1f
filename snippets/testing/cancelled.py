import asyncio
import sys
import unittest


# region code
class Carrier:
    """A fake: says when it has been asked, and never answers."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.hung_up = False

    async def ask(self, parcel: str) -> str:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.hung_up = True
        return f"{parcel} in Graz"


async def track(parcel: str, carrier: Carrier, patience: float) -> str:
    try:
        async with asyncio.timeout(patience):
            return await carrier.ask(parcel)
    except TimeoutError:
        return f"{parcel} somewhere"


class TrackTest(unittest.IsolatedAsyncioTestCase):
    async def test_timeout(self) -> None:
        carrier = Carrier()
        self.assertEqual(await track("A", carrier, patience=0), "A somewhere")
        self.assertTrue(carrier.hung_up)

    async def test_cancelled(self) -> None:
        carrier = Carrier()
        tracking = asyncio.create_task(track("A", carrier, patience=60))
        await carrier.asked.wait()
        tracking.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await tracking
        self.assertTrue(carrier.hung_up)


# endregion

if __name__ == "__main__":
    runner = unittest.TextTestRunner(stream=sys.stdout, descriptions=False, verbosity=2)
    unittest.main(testRunner=runner, exit=False)
