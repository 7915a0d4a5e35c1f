import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter


async def pay() -> None:
    try:
        await asyncio.sleep(5)
    finally:
        await asyncio.sleep(0.3)  # give the reserved money back


# region spellings
async def with_timeout() -> None:
    async with asyncio.timeout(0.2):
        await pay()


async def with_timeout_at() -> None:
    deadline = asyncio.get_running_loop().time() + 0.2
    async with asyncio.timeout_at(deadline):
        await pay()


async def with_wait_for() -> None:
    await asyncio.wait_for(pay(), timeout=0.2)


# endregion


async def measure(limited: Callable[[], Awaitable[None]]) -> None:
    start = perf_counter()
    try:
        await limited()
    except TimeoutError:
        print(f"{limited.__name__}: TimeoutError after {perf_counter() - start:.1f} s")


async def main() -> None:
    for limited in with_timeout, with_timeout_at, with_wait_for:
        await measure(limited)


asyncio.run(main())
