import asyncio

REPORTS = 12
in_progress = most = 0


async def fetch(report: int) -> None:
    global in_progress, most
    in_progress += 1
    most = max(most, in_progress)
    await asyncio.sleep(0.1)
    in_progress -= 1


# region places
async def inside_the_task(tasks: asyncio.TaskGroup) -> None:
    limit = asyncio.Semaphore(3)

    async def fetch_limited(report: int) -> None:
        async with limit:
            await fetch(report)

    for report in range(REPORTS):
        tasks.create_task(fetch_limited(report))


async def around_the_start(tasks: asyncio.TaskGroup) -> None:
    limit = asyncio.Semaphore(3)
    for report in range(REPORTS):
        async with limit:
            tasks.create_task(fetch(report))


async def one_for_each(tasks: asyncio.TaskGroup) -> None:
    async def fetch_limited(report: int) -> None:
        async with asyncio.Semaphore(3):
            await fetch(report)

    for report in range(REPORTS):
        tasks.create_task(fetch_limited(report))


# endregion


async def main() -> None:
    global most
    for start_all in inside_the_task, around_the_start, one_for_each:
        most = 0
        async with asyncio.TaskGroup() as tasks:
            await start_all(tasks)
        print(f"{start_all.__name__}: {most} at a time")


asyncio.run(main())
