import asyncio

BAKES = {"rolls": 0.2, "bread": 0.5, "cake": 0.8}


async def bake(loaf: str, finished: list[str]) -> None:
    await asyncio.sleep(BAKES[loaf])
    finished.append(loaf)
    print(f"{loaf:5} out of the oven, still in it: {len(BAKES) - len(finished)}")


async def main() -> None:
    finished: list[str] = []
    async with asyncio.TaskGroup() as oven:
        for loaf in BAKES:
            oven.create_task(bake(loaf, finished))
    print("all in together, out:", ", then ".join(finished))


asyncio.run(main())
