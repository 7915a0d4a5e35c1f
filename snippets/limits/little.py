# /// script
# [tool.runnable]
# varies = ['\d+\.\d+ customers']
# ///
import asyncio
from random import Random
from time import perf_counter

CUSTOMERS = 25
chance = Random(7)
stays: list[float] = []


class Door:
    """Adds up, over time, how many customers are in the shop."""

    def __init__(self) -> None:
        self.inside = 0
        self.customer_seconds = 0.0
        self.last_change = perf_counter()

    def pass_through(self, change: int) -> None:
        now = perf_counter()
        self.customer_seconds += self.inside * (now - self.last_change)
        self.inside += change
        self.last_change = now


door = Door()


# region shop
async def customer() -> None:
    came = perf_counter()
    door.pass_through(+1)
    await asyncio.sleep(chance.uniform(0.1, 0.5))
    door.pass_through(-1)
    stays.append(perf_counter() - came)


async def shop() -> float:
    opened = perf_counter()
    async with asyncio.TaskGroup() as customers:
        for _ in range(CUSTOMERS):
            customers.create_task(customer())
            await asyncio.sleep(chance.uniform(0.0, 0.1))
    return perf_counter() - opened  # the last customer has left


# endregion

took = asyncio.run(shop())
interval, stay = took / CUSTOMERS, sum(stays) / CUSTOMERS
counted, computed = door.customer_seconds / took, stay / interval
print(f"a customer every {interval:.3f} s")
print(f"each stayed for  {stay:.3f} s")
print(f"counted inside:  {counted:.2f} customers")
print(f"stay ÷ interval: {computed:.2f} customers")
print("the same:", abs(counted - computed) < 0.05 * computed)
