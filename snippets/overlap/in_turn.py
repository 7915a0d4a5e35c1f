import asyncio
import time

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


# region asking
ANSWERS_AFTER = {"Oslo": 0.6, "Lima": 0.3, "Cairo": 0.45}  # seconds


async def ask(station: str) -> None:
    log(f"ask {station}")
    await asyncio.sleep(ANSWERS_AFTER[station])
    log(f"      {station} answers")


async def main() -> None:
    for station in ANSWERS_AFTER:
        await ask(station)
    log(f"done: {sum(ANSWERS_AFTER.values()):.2f} s of waiting")


asyncio.run(main())
# endregion
