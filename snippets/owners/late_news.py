import asyncio
from time import perf_counter
from typing import Any

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


def report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log(f"{context['message']}: {context['exception']!r}")


async def send_receipt() -> None:
    await asyncio.sleep(0.1)
    log("the printer jams")
    raise OSError("paper jam")


async def main() -> None:
    asyncio.get_running_loop().set_exception_handler(report)
    receipts = {asyncio.create_task(send_receipt())}
    for customer in "Ada", "Ben", "Eve":
        await asyncio.sleep(0.2)
        log(f"{customer} pays")
    receipts.clear()


asyncio.run(main())
