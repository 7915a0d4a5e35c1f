import asyncio
from contextvars import ContextVar, copy_context
from threading import Thread

customer = ContextVar("customer", default="unknown")


def log(way: str) -> None:
    print(f"{way:<28} {customer.get()}")


async def log_later(way: str) -> None:
    log(way)
    customer.set("Ben")  # changes only this task's copy


async def main() -> None:
    loop = asyncio.get_running_loop()
    customer.set("Ada")
    await asyncio.create_task(log_later("task"))
    await asyncio.to_thread(log, "to_thread")
    await loop.run_in_executor(None, log, "run_in_executor")
    await loop.run_in_executor(None, copy_context().run, log, "run_in_executor, with a copy")
    thread = Thread(target=log, args=["thread"])
    thread.start()
    thread.join()
    log("and here, after the task")


asyncio.run(main())
