import asyncio
from threading import Lock
from time import perf_counter

lock = Lock()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


# region tasks
async def ada() -> None:
    with lock:
        log("Ada has the lock and pays for 0.1 s")
        await asyncio.sleep(0.1)
    log("Ada has released the lock")


async def ben() -> None:
    log("Ben wants the lock")
    if lock.acquire(timeout=0.5):  # blocks the thread, and the event loop with it
        lock.release()
    else:
        log("Ben gives up")


# endregion


async def main() -> None:
    async with asyncio.TaskGroup() as customers:
        customers.create_task(ada(), name="Ada")
        customers.create_task(ben(), name="Ben")


start = perf_counter()
asyncio.run(main())
