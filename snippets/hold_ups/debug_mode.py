# /// script
# [tool.runnable]
# varies = ['took (\d+\.\d+) seconds']
# ///
import asyncio
from time import sleep


def read_archive() -> list[float]:
    sleep(0.5)
    return [7.5, 8.1, 6.9]


async def show_history() -> None:
    readings = read_archive()
    print(f"{len(readings)} readings")
    await asyncio.sleep(0.1)


async def main() -> None:
    asyncio.get_running_loop().slow_callback_duration = 0.25
    async with asyncio.TaskGroup() as station:
        station.create_task(show_history(), name="history")
        station.create_task(asyncio.sleep(0.3), name="clock")


asyncio.run(main(), debug=True)
