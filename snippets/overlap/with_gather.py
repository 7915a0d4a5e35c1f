import asyncio

WEATHER = {"Oslo": (0.6, 4), "Lima": (0.2, 19), "Cairo": (0.4, 28)}  # seconds to wait, °C


async def fetch_temperature(station: str) -> int:
    seconds, celsius = WEATHER[station]
    await asyncio.sleep(seconds)
    print(f"{station} answers")
    return celsius


# region gather
async def main() -> None:
    oslo, lima, cairo = await asyncio.gather(
        fetch_temperature("Oslo"),
        fetch_temperature("Lima"),
        fetch_temperature("Cairo"),
    )
    print(f"Oslo: {oslo} °C, Lima: {lima} °C, Cairo: {cairo} °C")


asyncio.run(main())
# endregion
