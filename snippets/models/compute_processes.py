# /// script
# [tool.runnable]
# varies = ['parallel: (\w+)']  # needs two free cores
# ///
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter, process_time

STATIONS = {"Oslo": 0.2, "Cairo": 0.5, "Lima": 0.7}
STEPS = 3_000_000
forecasts: dict[str, float] = {}


def forecast(station: str, weather: float) -> tuple[float, float, float]:
    started, before = perf_counter(), process_time()
    for _ in range(STEPS):  # computes all the time and waits for nothing
        weather = 3.9 * weather * (1 - weather)
    forecasts[station] = weather
    return started, perf_counter(), process_time() - before


def main() -> list[tuple[float, float, float]]:
    with ProcessPoolExecutor(max_workers=3) as pool:
        asking = [pool.submit(forecast, *station) for station in STATIONS.items()]
        return [answer.result() for answer in asking]


def report(spans: list[tuple[float, float]], cpu: float) -> None:
    first = min(started for started, _ in spans)
    took = max(finished for _, finished in spans) - first
    for station, (started, finished) in zip(STATIONS, spans, strict=True):
        print(
            f"{station:5} started at {started - first:.2f} s, finished at {finished - first:.2f} s"
        )
    print(f"{cpu:.2f} s of computing took {took:.2f} s")
    print("parallel:", "yes" if cpu > 1.2 * took else "no")
    print("forecasts in the main program:", len(forecasts))


if __name__ == "__main__":
    answers = main()
    report(
        [(started, finished) for started, finished, _ in answers], sum(cpu for *_, cpu in answers)
    )
