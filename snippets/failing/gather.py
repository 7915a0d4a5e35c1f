import asyncio
from time import perf_counter

start = 0.0


def log(event: str) -> None:
    print(f"  {perf_counter() - start:.1f} s  {event}")


async def check_fuel() -> str:
    await asyncio.sleep(0.2)
    raise RuntimeError("tank leaks")


async def check_radio() -> str:
    try:
        await asyncio.sleep(0.4)
    except asyncio.CancelledError:
        log("radio called off")
        raise
    log("radio still checked")
    return "radio ready"


# region three-ways
async def gather() -> None:
    await asyncio.gather(check_fuel(), check_radio())


async def gather_all() -> None:
    log(f"{await asyncio.gather(check_fuel(), check_radio(), return_exceptions=True)}")


async def task_group() -> None:
    async with asyncio.TaskGroup() as checks:
        checks.create_task(check_fuel())
        checks.create_task(check_radio())


async def main() -> None:
    global start
    for checks in (gather, gather_all, task_group):
        print(checks.__name__)
        start = perf_counter()
        try:
            await checks()
        except Exception as failure:
            log(f"{failure!r}")
        await asyncio.sleep(0.4)


asyncio.run(main())
# endregion
