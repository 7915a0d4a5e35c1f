# /// script
# [tool.runnable]
# timeline = true
# ///
from time import perf_counter, process_time

STATIONS = {"Oslo": 0.2, "Cairo": 0.5, "Lima": 0.7}
STEPS = 3_000_000
forecasts: dict[str, float] = {}


def forecast(station: str, weather: float) -> tuple[float, float]:
    started = perf_counter()
    for _ in range(STEPS):  # computes all the time and waits for nothing
        weather = 3.9 * weather * (1 - weather)
    forecasts[station] = weather
    return started, perf_counter()


def main() -> list[tuple[float, float]]:
    return [forecast(station, weather) for station, weather in STATIONS.items()]


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
    before = process_time()
    spans = main()
    report(spans, process_time() - before)
