import asyncio
from time import perf_counter


def fibonacci(number: int) -> int:
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


def compute(seconds: float) -> None:
    stop = perf_counter() + seconds
    while perf_counter() < stop:
        fibonacci(12)


# region route
async def fibonacci_route() -> None:
    await asyncio.to_thread(compute, 0.6)


# endregion


async def health() -> str:
    return "healthy"


async def check_health(asked: float) -> None:
    answer = await health()
    waited = perf_counter() - asked
    verdict = "too late" if waited > 0.3 else "in time"
    print(f"/health: {answer}, {verdict}, after {waited * 1000:.0f} ms")


async def main() -> None:
    async with asyncio.TaskGroup() as server:
        server.create_task(fibonacci_route())
        server.create_task(check_health(asked=perf_counter()))


asyncio.run(main())
