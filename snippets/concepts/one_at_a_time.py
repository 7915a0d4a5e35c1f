import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

in_progress: set[str] = set()
executing: set[str] = set()
most_in_progress = most_executing = 0


@contextmanager
def entered(group: set[str], dish: str) -> Iterator[None]:
    global most_in_progress, most_executing
    group.add(dish)
    most_in_progress = max(most_in_progress, len(in_progress))
    most_executing = max(most_executing, len(executing))
    yield
    group.discard(dish)


def work(dish: str, step: str) -> None:
    with entered(executing, dish):
        sum(range(100_000))
        print(f"{dish:5} {step:7} open: {', '.join(sorted(in_progress))}")


async def cook(dish: str, oven: float) -> None:
    with entered(in_progress, dish):
        work(dish, "mixed")
        await asyncio.sleep(oven)
        work(dish, "served")


async def kitchen() -> None:
    async with asyncio.TaskGroup() as orders:
        orders.create_task(cook("cake", 0.9))
        orders.create_task(cook("soup", 0.6))
        orders.create_task(cook("toast", 0.3))


asyncio.run(kitchen())
print(f"\nmost orders in progress at once: {most_in_progress}")
print(f"most orders executing at once:   {most_executing}")
