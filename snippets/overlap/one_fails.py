import asyncio
import time

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


# region failing
ANSWERS_AFTER = {"Oslo": 0.9, "Lima": 0.4, "Cairo": 0.2}  # seconds


async def ask(station: str) -> None:
    log(f"ask {station}")
    try:
        await asyncio.sleep(ANSWERS_AFTER[station])
    except asyncio.CancelledError:
        log(f"      {station} cancelled")
        raise
    if station == "Lima":
        log("      Lima fails")
        raise ConnectionError("Lima is offline")
    log(f"      {station} answers")


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for station in ANSWERS_AFTER:
                group.create_task(ask(station))
    except* ConnectionError as failures:
        log(f"caught {failures!r}")


asyncio.run(main())
# endregion
