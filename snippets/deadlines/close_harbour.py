# /// script
# requires-python = ">=3.13"
# ///
import asyncio
from time import perf_counter

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


# region closing
async def pilot(ships: asyncio.Queue[str]) -> None:
    while True:
        try:
            ship = await ships.get()
        except asyncio.QueueShutDown:
            return
        try:
            await asyncio.sleep(0.3)
            log(f"{ship} is in port")
        except asyncio.CancelledError:
            log(f"{ship} goes back to sea")
            raise


async def harbour(ships: asyncio.Queue[str], closing: asyncio.Event, grace: float) -> None:
    try:
        async with asyncio.timeout(None) as patience, asyncio.TaskGroup() as pilots:
            pilots.create_task(pilot(ships))
            await closing.wait()
            log(f"closing, {ships.qsize()} waiting, nobody else comes in")
            ships.shutdown()
            patience.reschedule(asyncio.get_running_loop().time() + grace)
        log("all in port")
    except TimeoutError:
        log(f"lights out, {ships.qsize()} still waiting")


# endregion


async def main() -> None:
    closing = asyncio.Event()
    ships = asyncio.Queue[str]()
    for ship in "Alba", "Boreas", "Ceres", "Delfin", "Electra":
        ships.put_nowait(ship)
    asyncio.get_running_loop().call_later(0.45, closing.set)
    await harbour(ships, closing, grace=0.6)


asyncio.run(main())
