import asyncio
import time

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


def compute_averages() -> None:
    log("computing starts")
    time.sleep(0.6)  # stands for computing: it blocks the event loop just as long
    log("computing ends")


async def main() -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(0.4, log, "due at 0.40: Oslo")
    loop.call_later(0.2, log, "due at 0.20: Cairo")
    loop.call_soon(compute_averages)
    loop.call_soon(log, "due at 0.00: Lima")
    await asyncio.sleep(0.8)


asyncio.run(main())
