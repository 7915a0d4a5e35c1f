import asyncio

ON_THE_DESK = {"Emma", "Dune"}


async def fetch(book: str) -> str:
    if book not in ON_THE_DESK:
        await asyncio.sleep(0.1)  # a walk to the cellar
    return book


async def read(reader: str, books: list[str]) -> None:
    for book in books:
        print(f"{reader} asks for {book}")
        await fetch(book)
        print(f"{reader} has {book}")


async def main() -> None:
    async with asyncio.TaskGroup() as readers:
        readers.create_task(read("Ada", ["Emma", "Dune", "Ulysses"]))
        readers.create_task(read("Ben", ["Dune", "Emma"]))


asyncio.run(main())
