# /// script
# [tool.runnable]
# varies = ['at the same instant: (\w+)']  # with a single free core the answer is no
# ///
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter, process_time

type Report = tuple[float, float, float]  # started, finished, seconds of CPU time


def add_up_sales() -> Report:
    started, before = perf_counter(), process_time()
    while process_time() - before < 0.4:
        sum(range(1_000))
    return started, perf_counter(), process_time() - before


# region reports
def two_processes() -> list[Report]:
    with ProcessPoolExecutor(max_workers=2) as shop:
        reports = [shop.submit(add_up_sales) for _ in range(2)]
        return [report.result() for report in reports]


# endregion


def compare(reports: list[Report]) -> None:
    starts, stops, cpu = zip(*reports, strict=True)
    span = max(stops) - min(starts)
    print(f"{sum(cpu):.2f} s of CPU time in {span:.2f} s")
    print("two were executing at the same instant:", "yes" if sum(cpu) > 1.2 * span else "no")


if __name__ == "__main__":
    compare(two_processes())
