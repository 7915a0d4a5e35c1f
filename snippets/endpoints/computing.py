# /// script
# dependencies = ["fastapi", "httpx"]
# [tool.runnable]
# timeline = false
# ///
import asyncio
from time import perf_counter

import httpx
from fastapi import FastAPI

app = FastAPI()


# region endpoints
@app.get("/many-steps")
def many_steps() -> None:
    stop = perf_counter() + 0.5
    while perf_counter() < stop:
        sum(price * 3 for price in range(50))


@app.get("/one-call-into-c")
def one_call_into_c() -> None:
    sum(range(20_000_000))


@app.get("/health")
async def health() -> str:
    return "healthy"


# endregion


async def longest_wait(shop: httpx.AsyncClient, path: str, requests: int) -> tuple[float, float]:
    """Ask for /health again and again while the requests are in progress."""
    longest, start = 0.0, perf_counter()
    async with asyncio.TaskGroup() as customers:
        tasks = [customers.create_task(shop.get(path)) for _ in range(requests)]
        while not all(task.done() for task in tasks):
            asked = perf_counter() + 0.005  # the next question is due then
            await asyncio.sleep(0.005)
            await shop.get("/health")
            longest = max(longest, perf_counter() - asked)
    return longest, perf_counter() - start


async def main() -> None:
    shop = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
    async with shop:
        one, _ = await longest_wait(shop, "/many-steps", 1)
        twenty, _ = await longest_wait(shop, "/many-steps", 20)
        c, took = await longest_wait(shop, "/one-call-into-c", 1)
    print(f"beside 1 thread in Python, the longest wait for /health is {one * 1000:.0f} ms")
    print(f"beside 20 threads it is {twenty * 1000:.0f} ms, longer: {twenty > one}")
    print(f"beside 1 call into C it is {c * 1000:.0f} ms, nearly all of the call: {c > took / 2}")


asyncio.run(main())
