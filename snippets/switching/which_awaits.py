import asyncio
from collections.abc import Awaitable

turns = 0


async def other_task() -> None:
    global turns
    while True:
        turns += 1
        await asyncio.sleep(0)


# region awaits
async def immediate() -> int:
    return sum(range(1000))


async def show(what: str, awaitable: Awaitable[object]) -> None:
    before = turns
    await awaitable
    print(f"{what:36} {'switches' if turns > before else 'does not switch'}")


async def main() -> None:
    counting = asyncio.create_task(other_task())
    done = asyncio.create_task(immediate())
    await asyncio.sleep(0)  # lets both tasks start, and `done` finish
    is_set, queue, lock = asyncio.Event(), asyncio.Queue[str](), asyncio.Lock()
    is_set.set()

    await show("a coroutine that never waits", immediate())
    await show("a task that is done", done)
    await show("a new task", asyncio.create_task(immediate()))
    await show("sleep(0)", asyncio.sleep(0))
    await show("sleep(0.05)", asyncio.sleep(0.05))
    await show("an event that is set", is_set.wait())
    await show("a queue that is not full", queue.put("order 1"))
    await show("a queue that is not empty", queue.get())
    await show("a lock that is free", lock.acquire())
    await show("gather of coroutines that never wait", asyncio.gather(immediate(), immediate()))
    counting.cancel()


asyncio.run(main())
# endregion
