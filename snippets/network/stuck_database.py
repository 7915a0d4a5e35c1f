# /// script
# dependencies = ["fastapi", "httpx", "uvicorn"]
# [tool.runnable]
# timeout = 30
# ///
import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

import httpx
import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

CUSTOMERS = 60
database_answers = Event()

# region shop
app = FastAPI()


@app.get("/stock")
def stock() -> str:
    database_answers.wait()  # a blocking call to a database that has stopped answering
    return "3 chess sets"


@app.get("/version")
def version() -> str:
    return "1.0"


@app.get("/health")
async def health() -> str:
    return "ok"


# endregion


# region network
@asynccontextmanager
async def running_server() -> AsyncIterator[str]:
    """Serve the shop while the block runs, at the address that the block gets."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    # Clients can connect from this line on, and wait in the backlog until the server is ready.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[listener]))
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                database_answers.set()
                server.should_exit = True


async def ask_for_stock(shop: httpx.AsyncClient) -> str:
    response = await shop.get("/stock")
    stock: str = response.raise_for_status().json()
    return stock


async def report(shop: httpx.AsyncClient, path: str) -> None:
    try:
        response = await shop.get(path, timeout=1)
        print(f"{path} answers: {response.json()}")
    except httpx.ReadTimeout:
        print(f"{path} does not answer within 1 s")


async def main() -> None:
    async with running_server() as address, httpx.AsyncClient(base_url=address, timeout=30) as shop:
        async with asyncio.TaskGroup() as customers:
            answers = [customers.create_task(ask_for_stock(shop)) for _ in range(CUSTOMERS)]
            limiter = current_default_thread_limiter()
            while (now := limiter.statistics()).borrowed_tokens + now.tasks_waiting < CUSTOMERS:
                await asyncio.sleep(0.02)  # until all requests have arrived
            print(f"{now.borrowed_tokens} requests have a thread, {now.tasks_waiting} wait for one")
            await report(shop, "/health")
            await report(shop, "/version")
            print(f"{limiter.statistics().tasks_waiting} requests wait for a thread now")
            print("the database answers again")
            database_answers.set()
        print(f"{len(answers)} customers have their answer: {answers[0].result()}")
        await report(shop, "/version")


asyncio.run(main())
# endregion
