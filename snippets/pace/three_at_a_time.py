import asyncio
from time import perf_counter

PICTURES, ANSWER_AFTER = 12, 0.3


async def fetch(picture: int, limit: asyncio.Semaphore) -> None:
    async with limit:
        await asyncio.sleep(ANSWER_AFTER)


async def main() -> None:
    for at_a_time in 12, 3:
        limit = asyncio.Semaphore(at_a_time)
        start = perf_counter()
        async with asyncio.TaskGroup() as visit:
            for picture in range(PICTURES):
                visit.create_task(fetch(picture, limit))
        took = perf_counter() - start
        print(f"{at_a_time} at a time: {took:.1f} s, rounds: {round(took / ANSWER_AFTER)}")


asyncio.run(main())
