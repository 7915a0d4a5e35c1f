import asyncio
import time

start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


def paint_the_railing() -> None:
    log("painting begins")
    time.sleep(0.6)
    log("painting ends")


async def main() -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(0.4, log, "due at 0.40: Fastnet")
    loop.call_later(0.2, log, "due at 0.20: Bishop Rock")
    loop.call_soon(paint_the_railing)
    loop.call_soon(log, "due at 0.00: Longships")
    await asyncio.sleep(0.8)


asyncio.run(main())
