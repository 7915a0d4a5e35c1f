# /// script
# dependencies = ["fastapi", "httpx"]
# [tool.runnable]
# timeout = 60
# timeline = false
# ///
import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from time import perf_counter

import httpx
from fastapi import FastAPI, HTTPException


# region app
def one_call_into_c() -> int:
    return sum(range(20_000_000))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    # The server has threads, which "fork" would copy in an unknown state.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        app.state.pool = pool
        app.state.free = asyncio.Semaphore(8)  # computing or queued; more is refused
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/total")
async def total() -> int:
    if app.state.free.locked():
        raise HTTPException(503, "busy", headers={"Retry-After": "1"})
    async with app.state.free:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(app.state.pool, one_call_into_c)


@app.get("/health")
async def health() -> str:
    return "healthy"


# endregion


async def main() -> None:
    shop = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
    async with lifespan(app), shop:
        await asyncio.gather(*(shop.get("/total") for _ in range(2)))  # starts the processes
        longest, start = 0.0, perf_counter()
        async with asyncio.TaskGroup() as customers:
            tasks = [customers.create_task(shop.get("/total")) for _ in range(10)]
            while not all(task.done() for task in tasks):
                asked = perf_counter() + 0.005  # the next question is due then
                await asyncio.sleep(0.005)
                await shop.get("/health")
                longest = max(longest, perf_counter() - asked)
        took = perf_counter() - start
    codes = sorted(task.result().status_code for task in tasks)
    print("answers:", ", ".join(f"{codes.count(code)} × {code}" for code in sorted(set(codes))))
    print(f"longest wait for /health: {longest * 1000:.0f} ms of {took * 1000:.0f} ms")
    print("the loop was never blocked:", longest < took / 4)


if __name__ == "__main__":
    asyncio.run(main())
