import asyncio
from threading import Thread
from time import perf_counter
from typing import Self


async def ask_pilot(ship: str) -> str:
    await asyncio.sleep(0.3)
    return f"{ship} may enter"


# region office
class Office:
    """Plain methods in front, an event loop in a thread behind."""

    def __enter__(self) -> Self:
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.loop = self.runner.get_loop()
        self.thread = Thread(target=self.loop.run_forever)
        self.thread.start()
        return self

    def ask(self, *ships: str) -> list[str]:
        questions = [asyncio.run_coroutine_threadsafe(ask_pilot(ship), self.loop) for ship in ships]
        return [question.result(timeout=5) for question in questions]

    def __exit__(self, *error: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.runner.close()  # cancels what is left, then closes the loop


# endregion

with Office() as office:
    start = perf_counter()
    for answer in office.ask("Ariel", "Bounty", "Cutty Sark"):
        print(answer)
    took = perf_counter() - start
    print(f"overlapped: {took < 0.75} ({took:.1f} s for three questions of 0.3 s)")
