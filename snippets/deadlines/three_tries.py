import asyncio
from time import perf_counter

SERVERS = {"Oslo": 0.9, "Cairo": 0.9, "Lima": 0.2}  # seconds until each one answers
start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


async def ask(server: str) -> str:
    await asyncio.sleep(SERVERS[server])
    return f"forecast from {server}"


# region limits
async def get_forecast() -> str:
    for server in SERVERS:
        try:
            async with asyncio.timeout(0.3):
                return await ask(server)
        except TimeoutError:
            log(f"{server} does not answer")
    raise ConnectionError("no server answers")


async def main() -> None:
    for limit in 1.5, 0.5:
        log(f"a forecast within {limit} s, please")
        try:
            async with asyncio.timeout(limit):
                log(await get_forecast())
        except TimeoutError:
            log("too late")
        except ConnectionError as error:
            log(str(error))


asyncio.run(main())
# endregion
