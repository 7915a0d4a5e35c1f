from time import perf_counter, sleep

STATIONS = {"Oslo": 0.9, "Cairo": 0.6, "Lima": 0.3}  # seconds until each answers
readings: dict[str, int] = {}


def read(station: str, delay: float) -> float:
    asked = perf_counter()
    sleep(delay)
    readings[station] = 21
    return asked


def report(station: str, asked: float) -> None:
    answered = perf_counter()
    print(f"{station:5} asked at {asked - started:.2f} s, answered at {answered - started:.2f} s")


def main() -> None:
    for station, delay in STATIONS.items():
        report(station, read(station, delay))


if __name__ == "__main__":
    started = perf_counter()
    main()
    waits, took = sum(STATIONS.values()), perf_counter() - started
    print(f"the waits add up to {waits:.2f} s, it took {took:.2f} s")
    print("readings in the main program:", ", ".join(readings) or "none")
