import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from typing import Self


# region database
class Database:
    """An SQLite connection that lives in a thread of its own, for use from asyncio.

    async with Database("shop.db") as database:
        total = await database.run(count_orders, "Oslo")

    run() calls count_orders(connection, "Oslo") in that thread, one call after another. It commits
    when the function returns and rolls back when the function raises. Cancelling a task ends its
    wait, but a query that has begun runs to its end and is committed.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")

    async def __aenter__(self) -> Self:
        try:
            await self._in_thread(self._connect)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        closing = self._thread.submit(self._close)
        self._thread.shutdown(wait=False)  # no new calls; those submitted still run
        # shield: even if this task is cancelled, the connection is closed.
        await asyncio.shield(asyncio.wrap_future(closing))

    async def run[T](self, function: Callable[..., T], *args: object) -> T:
        return await self._in_thread(self._transaction, function, *args)

    def _transaction[T](self, function: Callable[..., T], *args: object) -> T:
        if self._connection is None:
            raise RuntimeError("open the Database with `async with` first")
        with self._connection:
            return function(self._connection, *args)

    async def _in_thread[T](self, function: Callable[..., T], *args: object) -> T:
        loop = asyncio.get_running_loop()
        # Unlike to_thread, run_in_executor does not pass on context variables by itself.
        context = copy_context()
        return await loop.run_in_executor(self._thread, context.run, function, *args)

    def _connect(self) -> None:
        self._connection = sqlite3.connect(self._path)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


# endregion
request = ContextVar[str]("request")


def create_tables(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE orders (city TEXT, price INTEGER CHECK (price > 0))")


def add_orders(connection: sqlite3.Connection, *orders: tuple[str, int]) -> None:
    connection.executemany("INSERT INTO orders VALUES (?, ?)", orders)


def add_up(connection: sqlite3.Connection, city: str) -> int:
    query = "SELECT sum(price) FROM orders WHERE city = ?"
    (total,) = connection.execute(query, [city]).fetchone()
    print(f"request {request.get()}: {city} {total} EUR")
    return int(total or 0)


async def main() -> None:
    async with Database(":memory:") as database:
        await database.run(create_tables)
        await database.run(add_orders, ("Oslo", 20), ("Oslo", 50), ("Cairo", 40))
        try:
            await database.run(add_orders, ("Oslo", 30), ("Oslo", -1))
        except sqlite3.IntegrityError as error:
            print(f"rolled back: {error}")
        for number, city in [("1", "Oslo"), ("2", "Cairo")]:
            request.set(number)
            await database.run(add_up, city)


asyncio.run(main())
