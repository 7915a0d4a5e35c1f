import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_on_signal() -> Iterator[asyncio.Event]:
    """Provide an event that the first SIGTERM, Ctrl+C or (on Windows) Ctrl+Break sets.

    with stop_on_signal() as stop:
        await stop.wait()

    The second signal then has its usual effect: Ctrl+C cancels the main task and interrupts, and
    SIGTERM ends the process. Use it in the main thread.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    names = ["SIGINT", "SIGTERM", "SIGBREAK"]  # not every system has all of them
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]

    def on_signal(number: int, frame: FrameType | None) -> None:
        restore()
        loop.call_soon_threadsafe(stop.set)  # wakes the loop, which may be waiting

    def restore() -> None:
        while previous:
            signal.signal(*previous.popitem())

    previous = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield stop
    finally:
        restore()


async def report_weather() -> None:
    try:
        while True:
            print("7.5 °C in Oslo")
            await asyncio.sleep(0.4)
    finally:
        print("sending the last report")
        await asyncio.sleep(60)


async def main() -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(0.6, signal.raise_signal, signal.SIGTERM)  # as `docker stop` would
    loop.call_later(0.9, signal.raise_signal, signal.SIGINT)  # as an impatient person would
    with stop_on_signal() as stop:
        async with asyncio.TaskGroup() as station:
            reports = station.create_task(report_weather())
            await stop.wait()
            print("stopping")
            reports.cancel()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
