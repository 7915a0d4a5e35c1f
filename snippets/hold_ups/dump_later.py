# /// script
# [tool.runnable]
# native = "In the browser, Python has no watchdog thread of its own."
# ///
import asyncio
import faulthandler
import tempfile

LIMIT = 0.3


async def heartbeat(report: int) -> None:
    while True:
        faulthandler.dump_traceback_later(LIMIT, file=report)  # replaces the one before
        await asyncio.sleep(0.05)


def count_votes() -> int:
    return sum(range(60_000_000))  # one call into C that keeps the GIL


async def announce_winner() -> None:
    print(f"{count_votes():,} points")


async def main() -> None:
    with tempfile.TemporaryFile("w+") as report:
        monitor = asyncio.create_task(heartbeat(report.fileno()))
        await asyncio.sleep(0.1)
        await announce_winner()
        monitor.cancel()
        faulthandler.cancel_dump_traceback_later()
        report.seek(0)
        for line in report:
            if line.startswith("Timeout") or __file__ in line:
                print(line.rstrip())


asyncio.run(main())
