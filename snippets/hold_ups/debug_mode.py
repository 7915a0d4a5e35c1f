# /// script
# [tool.runnable]
# varies = ['took (\d+\.\d+) seconds']
# ///
import asyncio
from time import sleep


def read_archive() -> list[str]:
    sleep(0.5)
    return ["Blue Train", "Giant Steps"]


async def load_playlist() -> None:
    songs = read_archive()
    print(f"{len(songs)} songs")
    await asyncio.sleep(0.1)


async def main() -> None:
    asyncio.get_running_loop().slow_callback_duration = 0.25
    async with asyncio.TaskGroup() as station:
        station.create_task(load_playlist(), name="playlist")
        station.create_task(asyncio.sleep(0.3), name="jingle")


asyncio.run(main(), debug=True)
