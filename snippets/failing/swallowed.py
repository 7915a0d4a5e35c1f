import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter


async def ask_radar() -> str:
    await asyncio.sleep(0.25)
    raise OSError("radar is silent")


# region retries
async def retry_whatever_comes() -> str:
    for _ in range(4):
        try:
            return await ask_radar()
        except BaseException:
            continue
    return "gave up"


async def retry_errors() -> str:
    for _ in range(4):
        try:
            return await ask_radar()
        except Exception:
            continue
    return "gave up"


# endregion


async def limited(retry: Callable[[], Awaitable[str]]) -> None:
    start = perf_counter()
    try:
        async with asyncio.timeout(0.4):
            outcome = await retry()
    except TimeoutError:
        outcome = "TimeoutError"
    print(f"{retry.__name__}: {outcome} after {perf_counter() - start:.1f} s")


async def main() -> None:
    await limited(retry_whatever_comes)
    await limited(retry_errors)


asyncio.run(main())
