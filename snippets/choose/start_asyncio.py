import asyncio

PAGES = {"news": 0.3, "prices": 0.6, "weather": 0.1, "archive": 5.0}


async def fetch(page: str, delay: float) -> str:
    await asyncio.sleep(delay)  # put the awaitable call of your library here
    return f"<h1>{page}</h1>"


async def load(page: str, delay: float, connections: asyncio.Semaphore) -> None:
    async with connections:
        try:
            async with asyncio.timeout(1):
                html = await fetch(page, delay)
        except TimeoutError:
            print(f"{page}: no answer, given up")
        else:
            print(f"{page}: {len(html)} bytes")


async def main() -> None:
    connections = asyncio.Semaphore(10)
    async with asyncio.TaskGroup() as downloads:
        for page, delay in PAGES.items():
            downloads.create_task(load(page, delay, connections))


asyncio.run(main())
