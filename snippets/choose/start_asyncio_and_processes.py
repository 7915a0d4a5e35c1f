import asyncio
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter


def render(invoice: int, effort: float) -> str:
    stop = perf_counter() + effort  # put your computation here
    while perf_counter() < stop:
        sum(range(1_000))
    return f"invoice {invoice} rendered"


async def answer(invoice: int, effort: float, pool: ProcessPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(pool, render, invoice, effort))


async def heartbeat() -> None:
    worst = 0.0
    try:
        while True:
            due = perf_counter() + 0.02
            await asyncio.sleep(0.02)
            worst = max(worst, perf_counter() - due)
    finally:
        print("the loop stayed responsive:", "yes" if worst < 0.2 else "no")


async def main() -> None:
    # Start one pool and keep it: starting a process for each request would cost more time.
    with ProcessPoolExecutor(max_workers=2) as pool:
        heart = asyncio.create_task(heartbeat())
        try:
            async with asyncio.TaskGroup() as requests:
                requests.create_task(answer(17, 0.6, pool))
                requests.create_task(answer(18, 0.2, pool))
        finally:
            heart.cancel()


if __name__ == "__main__":
    asyncio.run(main())
