import asyncio
from collections.abc import Awaitable

turns = 0


async def neighbour() -> None:
    global turns
    while True:
        turns += 1
        await asyncio.sleep(0)


# region awaits
async def at_once() -> int:
    return sum(range(1000))


async def show(what: str, awaitable: Awaitable[object]) -> None:
    before = turns
    await awaitable
    print(f"{what:36} {'switches' if turns > before else '-'}")


async def main() -> None:
    another = asyncio.create_task(neighbour())
    done = asyncio.create_task(at_once())
    await asyncio.sleep(0)  # lets both start, and the second one finish
    is_set, queue, lock = asyncio.Event(), asyncio.Queue[str](), asyncio.Lock()
    is_set.set()

    await show("a coroutine that never waits", at_once())
    await show("a task that is done", done)
    await show("a new task", asyncio.create_task(at_once()))
    await show("sleep(0)", asyncio.sleep(0))
    await show("sleep(0.05)", asyncio.sleep(0.05))
    await show("an event that is set", is_set.wait())
    await show("a queue with room", queue.put("Emma"))
    await show("a queue with something in it", queue.get())
    await show("a lock that is free", lock.acquire())
    await show("gather of what never waits", asyncio.gather(at_once(), at_once()))
    another.cancel()


asyncio.run(main())
# endregion
