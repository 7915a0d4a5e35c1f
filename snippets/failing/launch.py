import asyncio
from time import perf_counter

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.2f} s  {event}")


async def check(system: str, seconds: float, fault: str = "") -> None:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        log(f"{system}: called off")
        raise
    if fault:
        log(f"{system}: {fault}")
        raise RuntimeError(fault)
    log(f"{system}: ready")


async def launch() -> None:
    async with asyncio.TaskGroup() as checks:
        checks.create_task(check("weather", 0.2))
        checks.create_task(check("fuel", 0.4, fault="tank leaks"))
        checks.create_task(check("radio", 0.9))
    log("lift-off")


async def main() -> None:
    try:
        await launch()
    except* RuntimeError as failed:
        log(f"no launch: {[str(fault) for fault in failed.exceptions]}")


asyncio.run(main())
