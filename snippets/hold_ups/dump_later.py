# /// script
# [tool.runnable]
# native = "While a call into C computes, no watchdog of faulthandler can run in the browser."
# ///
import asyncio
import faulthandler
import sys
import tempfile
from typing import TextIO


# region dump
async def dump_when_blocked(limit: float = 0.5, file: TextIO = sys.stderr) -> None:
    """Have Python write all threads' stacks to file whenever the event loop is blocked.

    Run it as a task beside the others, and cancel it at the end. Each time the loop is blocked
    for longer than limit seconds, one report is written. The file has to be a real one, and has
    to stay open. A process has only one such timer.
    """
    try:
        while True:
            # A new call replaces the timer of the last one: it goes off only if a beat is late.
            faulthandler.dump_traceback_later(limit, file=file)
            await asyncio.sleep(limit / 4)
    finally:
        faulthandler.cancel_dump_traceback_later()


# endregion
def add_up() -> int:
    return sum(range(60_000_000))  # one call into C that keeps the GIL


async def main() -> None:
    with tempfile.TemporaryFile("w+") as report:
        async with asyncio.TaskGroup() as tasks:
            watchdog = tasks.create_task(dump_when_blocked(0.3, report))
            for _ in range(2):
                await asyncio.sleep(0.1)
                print(f"the sum is {add_up():,}")
            watchdog.cancel()

        report.seek(0)
        for line in report:  # shortened, to fit on this page: asyncio's own lines are left out
            if line.startswith("Timeout") or __file__ in line:
                print(line.rstrip())


asyncio.run(main())
