import asyncio

archive_lock = asyncio.Lock()


async def save(station: str) -> None:
    async with archive_lock:
        await asyncio.sleep(0.05)


async def save_all(*stations: str) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for station in stations:
                group.create_task(save(station))
        print(f"{' and '.join(stations)} saved")
    except* RuntimeError as errors:
        for error in errors.exceptions:
            print("RuntimeError: the lock", str(error).partition("> ")[2])


asyncio.run(save_all("Oslo"))
asyncio.run(save_all("Oslo", "Cairo"))
asyncio.run(save_all("Oslo", "Cairo"))
