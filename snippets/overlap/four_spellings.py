import asyncio
import time

ANSWERS_AFTER = {"Oslo": 0.2, "Lima": 0.15}  # seconds
unanswered = most_unanswered = 0


async def ask(station: str) -> None:
    global unanswered, most_unanswered
    unanswered += 1
    most_unanswered = max(most_unanswered, unanswered)
    await asyncio.sleep(ANSWERS_AFTER[station])
    unanswered -= 1


# region spellings
async def one_by_one() -> None:
    await ask("Oslo")
    await ask("Lima")


async def both_called_first() -> None:
    oslo = ask("Oslo")
    lima = ask("Lima")
    await oslo
    await lima


async def each_awaited_directly() -> None:
    async with asyncio.TaskGroup() as group:
        await group.create_task(ask("Oslo"))
        await group.create_task(ask("Lima"))


async def both_created_first() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(ask("Oslo"))
        group.create_task(ask("Lima"))


# endregion

for spelling in [one_by_one, both_called_first, each_awaited_directly, both_created_first]:
    most_unanswered = 0
    start = time.perf_counter()
    asyncio.run(spelling())
    took = time.perf_counter() - start
    print(f"{spelling.__name__:21} {took:.2f} s, {most_unanswered} open")
