import asyncio
import time

worst = 0.0


async def heartbeat() -> None:
    global worst
    while True:
        expected = time.perf_counter() + 0.05
        await asyncio.sleep(0.05)
        worst = max(worst, time.perf_counter() - expected)


# region shelves
async def fetch(book: int) -> int:
    return book  # on the desk, every one of them


async def index(books: int, *, polite: bool) -> None:
    for book in range(books):
        await fetch(book)
        time.sleep(0.002)  # the computing for one book
        if polite:
            await asyncio.sleep(0)


async def main() -> None:
    global worst
    beating = asyncio.create_task(heartbeat())
    for polite in [False, True]:
        await asyncio.sleep(0.06)
        worst = 0.0
        await index(200, polite=polite)
        await asyncio.sleep(0.06)
        late = "more" if worst > 0.2 else "less"
        print(f"{polite=}: the worst heartbeat was {late} than 0.2 s late ({worst:.3f} s)")
    beating.cancel()


asyncio.run(main())
# endregion
