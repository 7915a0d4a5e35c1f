import asyncio
from time import perf_counter

BAKES = {"cake": 0.8, "rolls": 0.2, "bread": 0.5}
start = perf_counter()


async def bake(loaf: str, finished: list[str]) -> None:
    await asyncio.sleep(BAKES[loaf])
    finished.append(loaf)
    print(f"{perf_counter() - start:.1f} s  {loaf} out of the oven")


async def main() -> None:
    finished: list[str] = []
    async with asyncio.TaskGroup() as oven:
        for loaf in BAKES:
            oven.create_task(bake(loaf, finished))
    print("all in together, out:", ", then ".join(finished))


asyncio.run(main())
