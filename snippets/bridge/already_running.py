import asyncio


async def fetch_forecast() -> str:
    await asyncio.sleep(0.05)
    return "Oslo: snow, -3 °C"


def forecast() -> str:
    return asyncio.run(fetch_forecast())


async def cell() -> None:
    try:
        print(forecast())
    except RuntimeError as error:
        print("call:     ", error)
    print("to_thread:", await asyncio.to_thread(forecast))
    print("await:    ", await fetch_forecast())


print("plain:    ", forecast())
asyncio.run(cell())
