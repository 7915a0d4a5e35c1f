import asyncio
from time import perf_counter

SENSORS = {"boiler": 0.9, "pump": 0.6, "valve": 0.3}
readings: dict[str, int] = {}


async def read(sensor: str, delay: float) -> float:
    asked = perf_counter()
    await asyncio.sleep(delay)
    readings[sensor] = 71
    return asked


def report(sensor: str, asked: float) -> None:
    answered = perf_counter()
    print(f"{sensor:6} asked at {asked - started:.2f} s, answered at {answered - started:.2f} s")


async def ask(sensor: str, delay: float) -> None:
    report(sensor, await read(sensor, delay))


async def main() -> None:
    async with asyncio.TaskGroup() as asking:
        for sensor, delay in SENSORS.items():
            asking.create_task(ask(sensor, delay))


if __name__ == "__main__":
    started = perf_counter()
    asyncio.run(main())
    waits, took = sum(SENSORS.values()), perf_counter() - started
    print(f"the waits add up to {waits:.2f} s, it took {took:.2f} s")
    print("readings in the main program:", ", ".join(readings) or "none")
