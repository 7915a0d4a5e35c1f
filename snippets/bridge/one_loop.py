import asyncio
from collections.abc import Callable, Coroutine

loops = set()


async def ask_pilot(ship: str) -> str:
    loops.add(asyncio.get_running_loop())
    await asyncio.sleep(0.05)
    return f"{ship} may enter"


def open_harbour(run: Callable[[Coroutine[None, None, str]], str]) -> None:
    loops.clear()
    answers = [run(ask_pilot(ship)) for ship in ("Ariel", "Bounty", "Cutty Sark")]
    print(f"{len(answers)} answers, loops made: {len(loops)}")


open_harbour(asyncio.run)
with asyncio.Runner() as runner:
    open_harbour(runner.run)
