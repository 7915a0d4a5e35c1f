import asyncio
from time import sleep

refreshes = 0


def read_sensor(station: str) -> float:
    sleep(0.75)  # the sensor's driver blocks
    return {"Oslo": 7.5, "Cairo": 31.0}[station]


async def refresh_display() -> None:
    global refreshes
    while True:
        await asyncio.sleep(0.3)
        refreshes += 1


# region reading
async def get_reading(station: str) -> float:
    return read_sensor(station)


# endregion


async def main() -> None:
    display = asyncio.create_task(refresh_display())
    await asyncio.sleep(0)  # let the display start
    reading = await get_reading("Oslo")
    print(f"Oslo: {reading} °C. Meanwhile the display was refreshed {refreshes} times.")
    display.cancel()


asyncio.run(main())
