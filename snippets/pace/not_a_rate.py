import asyncio
from time import perf_counter


async def ask(limit: asyncio.Semaphore, answer_after: float) -> None:
    async with limit:
        await asyncio.sleep(answer_after)


async def main() -> None:
    for answer_after in 0.2, 0.05:
        limit = asyncio.Semaphore(5)
        start = perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(20):
                tasks.create_task(ask(limit, answer_after))
        took = perf_counter() - start
        print(f"5 at a time, each answered after {answer_after} s: 20 requests in {took:.2f} s")


asyncio.run(main())
