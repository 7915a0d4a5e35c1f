# /// script
# [tool.runnable]
# varies = ['at the same instant: (\w+)']  # with a single free core the answer is no
# ///
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter, process_time

type Shift = tuple[float, float, float]  # started, stopped, seconds of CPU time


def whisk() -> Shift:
    started, cpu = perf_counter(), process_time()
    while process_time() - cpu < 0.4:
        sum(range(1_000))
    return started, perf_counter(), process_time() - cpu


# region kitchen
def two_processes() -> list[Shift]:
    with ProcessPoolExecutor(max_workers=2) as kitchen:
        bowls = [kitchen.submit(whisk) for _ in range(2)]
        return [bowl.result() for bowl in bowls]


# endregion


def report(shifts: list[Shift]) -> None:
    starts, stops, cpu = zip(*shifts, strict=True)
    span = max(stops) - min(starts)
    print(f"{sum(cpu):.2f} s of CPU time in {span:.2f} s")
    print("two were executing at the same instant:", "yes" if sum(cpu) > 1.2 * span else "no")


if __name__ == "__main__":
    report(two_processes())
