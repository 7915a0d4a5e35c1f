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


@app.get("/departures")
def departures() -> str:
    sleep(LOOK_UP)
    return "14:20 Tromsø"


async def ask(requests: int) -> None:
    station = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://station")
    start = perf_counter()
    async with station, asyncio.TaskGroup() as travellers:
        for _ in range(requests):
            travellers.create_task(station.get("/departures"))
    rounds = int((perf_counter() - start) / LOOK_UP + 0.1)  # timers may be a little early
    print(f"{requests} requests take {rounds} × {LOOK_UP} s")


async def main() -> None:
    await ask(40)
    await ask(41)
    print("after the start-up that a server does:")
    async with app.router.lifespan_context(app):
        await ask(41)


asyncio.run(main())
