import asyncio
from time import perf_counter

JOBS = 20
COMPUTE = 0.005
WAIT = 0.1


def parse() -> None:
    stop = perf_counter() + COMPUTE
    while perf_counter() < stop:
        pass


async def read_sensor() -> None:
    parse()
    await asyncio.sleep(WAIT)


async def all_sensors() -> None:
    async with asyncio.TaskGroup() as plant:
        for _ in range(JOBS):
            plant.create_task(read_sensor())


started = perf_counter()
asyncio.run(all_sensors())
took = perf_counter() - started

alone = JOBS * (COMPUTE + WAIT)
best = JOBS * COMPUTE + WAIT
print(f"one after the other it would take {alone:.2f} s")
print(f"overlapped it cannot take less than {best:.2f} s")
print(f"it took {took:.2f} s")
