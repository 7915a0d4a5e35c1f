import asyncio
import json
from time import perf_counter

longest_pause = 0.0


async def run_belt() -> None:
    global longest_pause
    while True:
        due = perf_counter() + 0.01
        await asyncio.sleep(0.01)
        longest_pause = max(longest_pause, perf_counter() - due)


# region jobs
customs_list = "[" + ", ".join(['["Lisbon", 1.5]'] * 700_000) + "]"


def many_steps_in_python() -> None:
    stop = perf_counter() + 0.4
    while perf_counter() < stop:
        sum(parcel * 3 for parcel in range(50))


def one_call_into_c() -> None:
    json.loads(customs_list)


# endregion


async def main() -> None:
    global longest_pause
    belt = asyncio.create_task(run_belt())
    for job in (many_steps_in_python, one_call_into_c):
        longest_pause, start = 0.0, perf_counter()
        await asyncio.to_thread(job)
        await asyncio.sleep(0.02)
        most_of_it = (perf_counter() - start) / 2
        verdict = "stood still" if longest_pause > most_of_it else "kept moving"
        print(f"{job.__name__}: the belt {verdict}, longest pause {longest_pause * 1000:.0f} ms")
    belt.cancel()


asyncio.run(main())
