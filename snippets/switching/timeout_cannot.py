import asyncio
import time


async def fetch(book: int) -> int:
    return book


async def index(books: int, *, polite: bool) -> None:
    for book in range(books):
        await fetch(book)
        time.sleep(0.002)
        if polite:
            await asyncio.sleep(0)


async def main() -> None:
    for polite in [False, True]:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(0.1):
                await index(200, polite=polite)
            outcome = "all 200 books, no timeout"
        except TimeoutError:
            outcome = "TimeoutError"
        print(f"{polite=}: {outcome} after {time.perf_counter() - start:.2f} s")


asyncio.run(main())
