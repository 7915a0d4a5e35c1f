# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
from time import perf_counter, sleep

import httpx
from fastapi import FastAPI

app = FastAPI()


# region endpoints
@app.get("/blocking")
async def blocking() -> None:
    sleep(0.2)


@app.get("/awaiting")
async def awaiting() -> None:
    await asyncio.sleep(0.2)


@app.get("/plain")
def plain() -> None:
    sleep(0.2)


@app.get("/health")
async def health() -> str:
    return "healthy"


# endregion


async def main() -> None:
    shop = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
    async with shop:
        for path in ("/blocking", "/awaiting", "/plain"):
            start = perf_counter()
            async with asyncio.TaskGroup() as customers:
                for _ in range(5):
                    customers.create_task(shop.get(path))
                await asyncio.sleep(0)
                await shop.get("/health")
                waited = perf_counter() - start
            verdict = "frozen" if waited > 0.5 else "fine"
            print(f"{path}: /health is {verdict}, answer after {waited:.1f} s")


asyncio.run(main())
