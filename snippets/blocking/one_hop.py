import asyncio
import tempfile
from time import perf_counter
from typing import TextIO

LINES = 500


async def hop_for_each_line(file: TextIO) -> int:
    lines = 0
    while await asyncio.to_thread(file.readline):
        lines += 1
    return lines


async def hop_once(file: TextIO) -> int:
    return len(await asyncio.to_thread(file.readlines))


async def main() -> None:
    took = {}
    with tempfile.TemporaryFile("w+") as readings:
        readings.writelines(f"reading {number}\n" for number in range(LINES))
        for read in (hop_for_each_line, hop_once):
            readings.seek(0)
            start = perf_counter()
            lines = await read(readings)
            took[read.__name__] = perf_counter() - start
            print(f"{read.__name__}: {lines} lines, {took[read.__name__] * 1000:.0f} ms")
    print("quicker:", min(took, key=took.__getitem__))


asyncio.run(main())
