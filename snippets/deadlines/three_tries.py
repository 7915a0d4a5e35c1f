import asyncio
from time import perf_counter

TUGS = {"Atlas": 0.9, "Bison": 0.9, "Cyclop": 0.2}  # seconds until they answer
start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


async def call(tug: str) -> str:
    await asyncio.sleep(TUGS[tug])
    return tug


# region limits
async def find_tug() -> str:
    for tug in TUGS:
        try:
            async with asyncio.timeout(0.3):
                return await call(tug)
        except TimeoutError:
            log(f"{tug} does not answer")
    return "nobody"


async def main() -> None:
    for limit in 1.5, 0.5:
        log(f"a tug within {limit} s, please")
        try:
            async with asyncio.timeout(limit):
                log(f"{await find_tug()} is coming")
        except TimeoutError:
            log("too late")


asyncio.run(main())
# endregion
