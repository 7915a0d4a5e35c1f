import asyncio
from contextvars import ContextVar, copy_context
from threading import Thread

ship = ContextVar("ship", default="nobody")


def note(way: str) -> None:
    print(f"{way:<28} {ship.get()}")


async def note_later(way: str) -> None:
    note(way)
    ship.set("somebody else")  # only in this task's copy


async def main() -> None:
    loop = asyncio.get_running_loop()
    ship.set("Ariel")
    await asyncio.create_task(note_later("task"))
    await asyncio.to_thread(note, "to_thread")
    await loop.run_in_executor(None, note, "run_in_executor")
    await loop.run_in_executor(None, copy_context().run, note, "run_in_executor, with a copy")
    thread = Thread(target=note, args=["thread"])
    thread.start()
    thread.join()
    note("and here, after the task")


asyncio.run(main())
