# /// script
# [tool.runnable]
# varies = ['\d+\.\d+ visitors']
# ///
import asyncio
from random import Random
from time import perf_counter

chance = Random(7)
inside = 0
visitor_seconds = 0.0
last_change = perf_counter()
stays: list[float] = []


# region museum
def door(step: int) -> None:
    global inside, last_change, visitor_seconds
    now = perf_counter()
    visitor_seconds += inside * (now - last_change)
    inside, last_change = inside + step, now


async def visit() -> None:
    door(+1)
    came = perf_counter()
    await asyncio.sleep(chance.uniform(0.1, 0.5))
    stays.append(perf_counter() - came)
    door(-1)


async def museum() -> float:
    opened = perf_counter()
    async with asyncio.TaskGroup() as visitors:
        for _ in range(25):
            visitors.create_task(visit())
            await asyncio.sleep(chance.uniform(0.0, 0.1))
    return perf_counter() - opened


# endregion

took = asyncio.run(museum())
interval, stay = took / len(stays), sum(stays) / len(stays)
counted, computed = visitor_seconds / took, stay / interval
print(f"a visitor every {interval:.3f} s")
print(f"each stayed for {stay:.3f} s")
print(f"counted inside:  {counted:.2f} visitors")
print(f"stay ÷ interval: {computed:.2f} visitors")
print("the same:", abs(counted - computed) < 0.05 * computed)
