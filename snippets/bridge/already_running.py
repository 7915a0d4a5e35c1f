import asyncio


async def fetch_tide() -> str:
    await asyncio.sleep(0.05)
    return "high water at 14:20"


def tide() -> str:
    return asyncio.run(fetch_tide())


async def cell() -> None:
    try:
        print(tide())
    except RuntimeError as error:
        print("call:     ", error)
    print("to_thread:", await asyncio.to_thread(tide))
    print("await:    ", await fetch_tide())


print("plain:    ", tide())
asyncio.run(cell())
