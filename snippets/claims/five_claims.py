import asyncio
import inspect
from collections.abc import Awaitable, Callable


async def ask(station: str, seconds: float, log: list[str]) -> None:
    log.append(f"{station} asked")
    await asyncio.sleep(seconds)
    log.append(f"{station} answered")


async def two_jobs_are_never_in_progress_together() -> bool:
    log: list[str] = []
    await asyncio.gather(ask("Oslo", 0.1, log), ask("Cairo", 0.1, log))
    return log[1] != "Cairo asked"


async def awaits_one_after_another_do_not_overlap() -> bool:
    log: list[str] = []
    await ask("Oslo", 0.1, log)
    await ask("Cairo", 0.1, log)
    return log[1] != "Cairo asked"


async def tasks_that_start_together_end_together() -> bool:
    ends: list[float] = []
    time = asyncio.get_running_loop().time

    async def ask_and_note(seconds: float) -> None:
        await asyncio.sleep(seconds)
        ends.append(time())

    await asyncio.gather(ask_and_note(0.1), ask_and_note(0.4))
    return ends[1] - ends[0] < 0.1


async def a_coroutine_is_not_an_object() -> bool:
    coroutine = ask("Oslo", 0.1, [])
    is_one = inspect.iscoroutine(coroutine)
    coroutine.close()
    return not is_one


async def updates_without_await_are_kept() -> bool:
    readings = 0

    async def count() -> None:
        nonlocal readings
        readings += 1

    await asyncio.gather(*(count() for _ in range(10)))
    return readings == 10


CLAIMS: dict[str, Callable[[], Awaitable[bool]]] = {
    "S001.17": two_jobs_are_never_in_progress_together,
    "S001.18": awaits_one_after_another_do_not_overlap,
    "S001.30": updates_without_await_are_kept,
    "S002.11": a_coroutine_is_not_an_object,
    "S003.15": tasks_that_start_together_end_together,
}


async def main() -> None:
    for number, claim in CLAIMS.items():
        verdict = "holds  " if await claim() else "refuted"
        print(f"{number}  {verdict}  {claim.__name__.replace('_', ' ')}")


asyncio.run(main())
