import asyncio
from time import perf_counter, process_time

type Shift = tuple[float, float, float]  # started, stopped, seconds of CPU time


def whisk() -> Shift:
    started, cpu = perf_counter(), process_time()
    while process_time() - cpu < 0.4:
        sum(range(1_000))
    return started, perf_counter(), process_time() - cpu


# region kitchen
async def whisk_in_a_task() -> Shift:
    return whisk()


async def two_tasks() -> list[Shift]:
    async with asyncio.TaskGroup() as kitchen:
        bowls = [kitchen.create_task(whisk_in_a_task()) for _ in range(2)]
    return [bowl.result() for bowl in bowls]


# endregion


def report(shifts: list[Shift]) -> None:
    starts, stops, cpu = zip(*shifts, strict=True)
    span = max(stops) - min(starts)
    print(f"{sum(cpu):.2f} s of CPU time in {span:.2f} s")
    print("two were executing at the same instant:", "yes" if sum(cpu) > 1.2 * span else "no")


if __name__ == "__main__":
    report(asyncio.run(two_tasks()))
