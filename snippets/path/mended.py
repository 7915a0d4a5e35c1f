import asyncio
import time

CITIES = ["Oslo", "Lima", "Cairo", "Graz"]


async def download(city: str) -> str:  # a library that can be awaited
    await asyncio.sleep(0.28)
    return f"photo of {city}"


def print_card(photo: str) -> str:  # a driver that blocks
    time.sleep(0.2)
    return f"card with a {photo}"


# region mended
async def make_card(city: str) -> str:
    photo = await download(city)
    return await asyncio.to_thread(print_card, photo)


async def main() -> list[str]:
    async with asyncio.TaskGroup() as group:
        cards = [group.create_task(make_card(city)) for city in CITIES]
    return [card.result() for card in cards]


# endregion

start = time.perf_counter()
cards = asyncio.run(main())
took = time.perf_counter() - start
print(*cards, sep="\n")
print(f"{took:.2f} s, under 0.9 s: {took < 0.9}")
