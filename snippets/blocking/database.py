import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

in_one_thread = ThreadPoolExecutor(max_workers=1)
database: sqlite3.Connection


# region database
def open_database() -> None:
    global database
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE parcels (city TEXT, kilos INTEGER)")
    rows = [("Lisbon", 2), ("Lisbon", 5), ("Tromsø", 4)]
    database.executemany("INSERT INTO parcels VALUES (?, ?)", rows)


def weigh(city: str) -> None:
    question = "SELECT sum(kilos) FROM parcels WHERE city = ?"
    (kilos,) = database.execute(question, [city]).fetchone()
    print(f"{city}: {kilos} kg")


async def main() -> None:
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(in_one_thread, open_database)
    await loop.run_in_executor(in_one_thread, weigh, "Lisbon")
    await loop.run_in_executor(in_one_thread, weigh, "Tromsø")
    await loop.run_in_executor(in_one_thread, database.close)


# endregion

asyncio.run(main())
