import asyncio
from time import sleep

moves = 0


def print_label(parcel: str) -> str:
    sleep(0.75)  # the printer's driver blocks
    return f"label for {parcel}"


async def run_belt() -> None:
    global moves
    while True:
        await asyncio.sleep(0.3)
        moves += 1


# region printing
async def get_label(parcel: str) -> str:
    return print_label(parcel)


# endregion


async def main() -> None:
    belt = asyncio.create_task(run_belt())
    await asyncio.sleep(0)  # let the belt start
    label = await get_label("Lisbon")
    print(f"{label}, the belt moved {moves} times meanwhile")
    belt.cancel()


asyncio.run(main())
