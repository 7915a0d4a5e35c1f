import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter


async def ask_oslo() -> str:
    await asyncio.sleep(0.25)
    raise OSError("Oslo does not answer")


# region retries
async def retry_on_anything() -> str:
    for _ in range(4):
        try:
            return await ask_oslo()
        except BaseException:
            continue
    return "gave up"


async def retry_on_errors() -> str:
    for _ in range(4):
        try:
            return await ask_oslo()
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
    await limited(retry_on_anything)
    await limited(retry_on_errors)


asyncio.run(main())
