import asyncio
import time

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


# region asyncio
async def flash(lighthouse: str, dark: float, times: int) -> int:
    for _ in range(times):
        log(f"{lighthouse} flashes")
        await asyncio.sleep(dark)
    log(f"{lighthouse} puts the lamp out")
    return times


async def night() -> None:
    async with asyncio.TaskGroup() as coast:
        fastnet = coast.create_task(flash("Fastnet", 0.2, times=3))
        bishop_rock = coast.create_task(flash("Bishop Rock", 0.5, times=2))
    log(f"{fastnet.result() + bishop_rock.result()} flashes in all")


asyncio.run(night())
# endregion
