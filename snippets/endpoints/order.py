# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
from time import sleep

import httpx
from fastapi import FastAPI, HTTPException
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel


class SoldOutError(Exception):
    pass


class DeclinedError(Exception):
    pass


class Stock:
    """Replaces a database whose driver can be awaited."""

    def __init__(self) -> None:
        self.available = {"chess set": 1}

    async def reserve(self, item: str) -> None:
        await asyncio.sleep(0.02)
        if not self.available.get(item):
            raise SoldOutError
        self.available[item] -= 1

    async def release(self, item: str) -> None:
        await asyncio.sleep(0.02)
        self.available[item] += 1


def charge(card: str) -> str:
    """Replaces the bank's client library, which blocks."""
    sleep(0.1)
    if card == "expired":
        raise DeclinedError
    if card == "slow":
        raise TimeoutError
    return "receipt 17"


# region endpoint
class Order(BaseModel):
    item: str
    card: str


app = FastAPI()
stock = Stock()
unclear: list[Order] = []  # in production, a table that a job works through


@app.post("/orders")
async def place_order(order: Order) -> str:
    try:
        await stock.reserve(order.item)  # awaits, on the event loop
    except SoldOutError:
        raise HTTPException(409, "sold out") from None
    try:
        return await run_in_threadpool(charge, order.card)  # blocks, in a thread
    except DeclinedError:  # certainly not charged: undo the reservation
        await stock.release(order.item)
        raise HTTPException(402, "card declined") from None
    except BaseException:  # perhaps charged: keep the reservation until that is known
        unclear.append(order)
        raise


# endregion


async def main() -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as shop:
        for customer, card in (("Ada", "expired"), ("Ben", "valid"), ("Eve", "valid")):
            order = {"item": "chess set", "card": card}
            answer = await shop.post("/orders", json=order)
            print(customer, answer.status_code, answer.json())
        stock.available["chess set"] = 1
        answer = await shop.post("/orders", json={"item": "chess set", "card": "slow"})
        print("Lea", answer.status_code, answer.text)
    print("in stock:", stock.available["chess set"], "unclear:", len(unclear))


asyncio.run(main())
