import asyncio


async def ask(station: str) -> str:
    await asyncio.sleep(0.2)
    return f"{station}: 4 °C"


async def main() -> None:
    oslo = ask("Oslo")
    print("a call gives a", type(oslo).__name__)
    print("await gives", await oslo)

    ask("Lima")
    print("Lima was never asked")


asyncio.run(main())
