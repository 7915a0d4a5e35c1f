# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
from time import perf_counter, sleep

import httpx
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


# region reports
def send_receipt() -> None:
    sleep(0.5)


async def send_receipt_blocking() -> None:
    sleep(0.5)


async def send_receipt_awaiting() -> None:
    await asyncio.sleep(0.5)


RECEIPTS = {
    each.__name__: each for each in (send_receipt, send_receipt_blocking, send_receipt_awaiting)
}


@app.post("/orders/{kind}")
async def take_order(kind: str, background: BackgroundTasks) -> str:
    background.add_task(RECEIPTS[kind])
    return "order accepted"


# endregion


@app.get("/health")
async def health() -> str:
    return "healthy"


async def main() -> None:
    shop = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
    async with shop:
        for kind in RECEIPTS:
            start = perf_counter()
            async with asyncio.TaskGroup() as customers:
                customers.create_task(shop.post(f"/orders/{kind}"))
                await asyncio.sleep(0.01)
                await shop.get("/health")
                waited = perf_counter() - start
            verdict = "frozen" if waited > 0.3 else "fine"
            print(f"{kind}: /health is {verdict}, answer after {waited:.1f} s")


asyncio.run(main())
