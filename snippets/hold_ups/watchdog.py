import asyncio
import logging
import sys
import traceback
from threading import Event, Thread, get_ident
from time import monotonic, sleep
from typing import Self

# region watchdog
log = logging.getLogger(__name__)


class Watchdog:
    """Log the stack of the event loop's thread whenever the loop is blocked for `limit` seconds.

    async with Watchdog(limit=0.5):
        await serve()

    Each time that the loop is blocked, it is reported once, while the loop is still blocked.
    """

    def __init__(self, limit: float = 0.5) -> None:
        self._limit = limit
        self._stopped = Event()

    async def __aenter__(self) -> Self:
        self._loop_thread = get_ident()
        self._last_beat = monotonic()
        self._heartbeat = asyncio.create_task(self._beat(), name="watchdog heartbeat")
        # A daemon thread, so that it cannot keep a program alive whose loop never comes back.
        self._observer = Thread(target=self._observe, name="watchdog", daemon=True)
        self._observer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._heartbeat.cancel()
        self._stopped.set()
        self._observer.join()  # it wakes immediately, so this hardly blocks

    async def _beat(self) -> None:
        while True:
            self._last_beat = monotonic()
            await asyncio.sleep(self._limit / 4)

    def _observe(self) -> None:
        reported = None
        while not self._stopped.wait(self._limit / 4):
            beat = self._last_beat
            if beat == reported or monotonic() - beat < self._limit:
                continue
            reported = beat  # one report for each beat that is late, however late it gets
            frame = sys._current_frames().get(self._loop_thread)
            stack = (
                "".join(traceback.format_stack(frame)) if frame else "  (its thread has ended)\n"
            )
            log.warning("Event loop blocked for more than %s s in:\n%s", self._limit, stack)


# endregion
def read_archive() -> list[float]:
    sleep(0.9)
    return [7.5, 8.1, 6.9]


def send_report() -> None:
    sleep(0.7)


async def main() -> None:
    async with Watchdog(limit=0.4):
        read_archive()
        await asyncio.sleep(0.1)
        send_report()


asyncio.run(main())
