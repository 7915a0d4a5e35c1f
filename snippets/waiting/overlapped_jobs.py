import asyncio
from time import perf_counter

JOBS = 20
COMPUTE = 0.005
WAIT = 0.1


def parse() -> None:
    stop = perf_counter() + COMPUTE
    while perf_counter() < stop:
        pass


async def read_station() -> None:
    parse()
    await asyncio.sleep(WAIT)


async def all_stations() -> None:
    async with asyncio.TaskGroup() as stations:
        for _ in range(JOBS):
            stations.create_task(read_station())


started = perf_counter()
asyncio.run(all_stations())
took = perf_counter() - started

alone = JOBS * (COMPUTE + WAIT)
best = JOBS * COMPUTE + WAIT
print(f"one after the other it would take {alone:.2f} s")
print(f"overlapped it cannot take less than {best:.2f} s")
print(f"it took {took:.2f} s")
