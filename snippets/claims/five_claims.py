import asyncio
import inspect
from collections.abc import Awaitable, Callable


async def bake(loaf: str, seconds: float, log: list[str]) -> None:
    log.append(f"{loaf} in")
    await asyncio.sleep(seconds)
    log.append(f"{loaf} out")


async def two_are_never_in_progress() -> bool:
    log: list[str] = []
    await asyncio.gather(bake("bread", 0.1, log), bake("cake", 0.1, log))
    return log[1] != "cake in"


async def awaits_in_a_row_do_not_overlap() -> bool:
    log: list[str] = []
    await bake("bread", 0.1, log)
    await bake("cake", 0.1, log)
    return log[1] != "cake in"


async def those_that_start_together_end_together() -> bool:
    ends: list[float] = []
    time = asyncio.get_running_loop().time

    async def bake_and_note(seconds: float) -> None:
        await asyncio.sleep(seconds)
        ends.append(time())

    await asyncio.gather(bake_and_note(0.1), bake_and_note(0.4))
    return ends[1] - ends[0] < 0.1


async def a_coroutine_is_no_object() -> bool:
    coroutine = bake("bread", 0.1, [])
    is_one = inspect.iscoroutine(coroutine)
    coroutine.close()
    return not is_one


async def updates_without_await_are_kept() -> bool:
    loaves = 0

    async def count() -> None:
        nonlocal loaves
        loaves += 1

    await asyncio.gather(*(count() for _ in range(100)))
    return loaves == 100


CLAIMS: dict[str, Callable[[], Awaitable[bool]]] = {
    "S001.17": two_are_never_in_progress,
    "S001.18": awaits_in_a_row_do_not_overlap,
    "S001.30": updates_without_await_are_kept,
    "S002.11": a_coroutine_is_no_object,
    "S003.15": those_that_start_together_end_together,
}


async def main() -> None:
    for number, claim in CLAIMS.items():
        verdict = "holds  " if await claim() else "refuted"
        print(f"{number}  {verdict}  {claim.__name__.replace('_', ' ')}")


asyncio.run(main())
