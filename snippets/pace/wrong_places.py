import asyncio

PICTURES = 12
in_progress = most = 0


async def fetch(picture: int) -> None:
    global in_progress, most
    in_progress += 1
    most = max(most, in_progress)
    await asyncio.sleep(0.1)
    in_progress -= 1


# region places
async def inside_the_task(visit: asyncio.TaskGroup) -> None:
    limit = asyncio.Semaphore(3)

    async def fetch_limited(picture: int) -> None:
        async with limit:
            await fetch(picture)

    for picture in range(PICTURES):
        visit.create_task(fetch_limited(picture))


async def around_the_start(visit: asyncio.TaskGroup) -> None:
    limit = asyncio.Semaphore(3)
    for picture in range(PICTURES):
        async with limit:
            visit.create_task(fetch(picture))


async def one_for_each(visit: asyncio.TaskGroup) -> None:
    async def fetch_limited(picture: int) -> None:
        async with asyncio.Semaphore(3):
            await fetch(picture)

    for picture in range(PICTURES):
        visit.create_task(fetch_limited(picture))


# endregion


async def main() -> None:
    global most
    for start_all in inside_the_task, around_the_start, one_for_each:
        most = 0
        async with asyncio.TaskGroup() as visit:
            await start_all(visit)
        print(f"{start_all.__name__}: {most} at a time")


asyncio.run(main())
