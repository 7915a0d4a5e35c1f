# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter, sleep

import anyio.to_thread
import httpx
from fastapi import FastAPI

LOOK_UP = 0.35


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = 41
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/stock")
def stock() -> str:
    sleep(LOOK_UP)
    return "3 chess sets"


async def ask(requests: int) -> None:
    shop = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
    start = perf_counter()
    async with shop, asyncio.TaskGroup() as customers:
        for _ in range(requests):
            customers.create_task(shop.get("/stock"))
    rounds = int((perf_counter() - start) / LOOK_UP + 0.1)  # timers may be a little early
    print(f"{requests} requests take {rounds} × {LOOK_UP} s")


async def main() -> None:
    await ask(40)
    await ask(41)
    print("with the limit raised at start-up:")
    async with app.router.lifespan_context(app):
        await ask(41)


asyncio.run(main())
