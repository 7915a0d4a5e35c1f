import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

in_progress: set[str] = set()
executing: set[str] = set()
most_in_progress = most_executing = 0


@contextmanager
def counted_in(group: set[str], order: str) -> Iterator[None]:
    global most_in_progress, most_executing
    group.add(order)
    most_in_progress = max(most_in_progress, len(in_progress))
    most_executing = max(most_executing, len(executing))
    try:
        yield
    finally:
        group.discard(order)


def work(order: str, step: str) -> None:
    with counted_in(executing, order):
        sum(range(100_000))
        print(f"{order:5} {step:7} in progress: {', '.join(sorted(in_progress))}")


async def handle(order: str, payment_takes: float) -> None:
    with counted_in(in_progress, order):
        work(order, "packed")
        await asyncio.sleep(payment_takes)
        work(order, "shipped")


async def shop() -> None:
    async with asyncio.TaskGroup() as orders:
        orders.create_task(handle("books", 0.9))
        orders.create_task(handle("lamp", 0.6))
        orders.create_task(handle("tea", 0.3))


asyncio.run(shop())
print(f"\nmost orders in progress at the same time: {most_in_progress}")
print(f"most orders executing at the same time:   {most_executing}")
