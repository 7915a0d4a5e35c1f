import asyncio
from time import perf_counter, sleep

worst = 0.0


async def heartbeat(every: float = 0.02) -> None:
    global worst
    while True:
        due = perf_counter() + every
        await asyncio.sleep(every)
        worst = max(worst, perf_counter() - due)


async def play_jingle() -> None:
    await asyncio.sleep(0.3)


async def load_playlist() -> None:
    sleep(0.5)


async def count_votes() -> None:
    stop = perf_counter() + 0.5
    while perf_counter() < stop:
        sum(vote % 7 for vote in range(1_000))


async def main() -> None:
    global worst
    monitor = asyncio.create_task(heartbeat())
    for suspect in (play_jingle, load_playlist, count_votes):
        await asyncio.sleep(0.05)
        worst = 0.0
        await suspect()
        await asyncio.sleep(0.05)
        verdict = "holds up the loop" if worst > 0.25 else "is fine"
        print(f"{suspect.__name__} {verdict}: worst delay {worst * 1000:.0f} ms")
    monitor.cancel()


asyncio.run(main())
