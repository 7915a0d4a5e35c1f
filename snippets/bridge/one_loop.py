import asyncio
from collections.abc import Callable, Coroutine

loops = set()


async def ask(station: str) -> str:
    loops.add(asyncio.get_running_loop())
    await asyncio.sleep(0.05)
    return f"{station} is online"


def check_stations(run: Callable[[Coroutine[None, None, str]], str]) -> None:
    loops.clear()
    answers = [run(ask(station)) for station in ("Oslo", "Cairo", "Lima")]
    print(f"{len(answers)} answers, event loops created: {len(loops)}")


check_stations(asyncio.run)
with asyncio.Runner() as runner:
    check_stations(runner.run)
