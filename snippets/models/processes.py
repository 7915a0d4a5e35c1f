from concurrent.futures import ProcessPoolExecutor, as_completed
from time import perf_counter, sleep

SENSORS = {"boiler": 0.9, "pump": 0.6, "valve": 0.3}
readings: dict[str, int] = {}


def read(sensor: str, delay: float) -> float:
    asked = perf_counter()
    sleep(delay)
    readings[sensor] = 71
    return asked


def report(sensor: str, asked: float) -> None:
    answered = perf_counter()
    print(f"{sensor:6} asked at {asked - started:.2f} s, answered at {answered - started:.2f} s")


def main() -> None:
    with ProcessPoolExecutor(max_workers=3) as pool:
        asking = {pool.submit(read, sensor, delay): sensor for sensor, delay in SENSORS.items()}
        for answer in as_completed(asking):
            report(asking[answer], answer.result())


if __name__ == "__main__":
    started = perf_counter()
    main()
    waits, took = sum(SENSORS.values()), perf_counter() - started
    print(f"the waits add up to {waits:.2f} s, it took {took:.2f} s")
    print("readings in the main program:", ", ".join(readings) or "none")
