import asyncio
import signal


async def report_weather() -> None:
    try:
        while True:
            print("7.5 °C in Oslo")
            await asyncio.sleep(0.4)
    finally:
        await asyncio.sleep(0.1)
        print("the report is closed")


async def main() -> None:
    asyncio.get_running_loop().call_later(0.6, signal.raise_signal, signal.SIGINT)
    async with asyncio.TaskGroup() as station:
        station.create_task(report_weather())


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
