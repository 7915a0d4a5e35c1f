import asyncio
from time import perf_counter

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


async def check(subject: str, seconds: float, problem: str = "") -> None:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        log(f"{subject}: cancelled")
        raise
    if problem:
        log(f"{subject}: {problem}")
        raise RuntimeError(problem)
    log(f"{subject}: fine")


async def place_order() -> None:
    async with asyncio.TaskGroup() as checks:
        checks.create_task(check("stock", 0.2))
        checks.create_task(check("payment", 0.4, problem="card declined"))
        checks.create_task(check("delivery", 0.9))
    log("order accepted")


async def main() -> None:
    try:
        await place_order()
    except* RuntimeError as failures:
        log(f"order refused: {[str(failure) for failure in failures.exceptions]}")


asyncio.run(main())
