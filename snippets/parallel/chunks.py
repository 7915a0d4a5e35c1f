from concurrent.futures import ProcessPoolExecutor, wait
from time import perf_counter, sleep

PRICES = range(60)


def with_tax(price: int) -> float:
    return price * 1.19


def main() -> None:
    started = perf_counter()
    list(map(with_tax, PRICES))
    took = {"without a pool": perf_counter() - started}

    with ProcessPoolExecutor(max_workers=2) as pool:
        wait([pool.submit(sleep, 0.1) for _ in range(2)])  # both workers have started
        for chunksize in (1, 20):
            how = f"pool with chunksize {chunksize}"
            started = perf_counter()
            list(pool.map(with_tax, PRICES, chunksize=chunksize))
            took[how] = perf_counter() - started
            print(f"{how}: {len(PRICES) // chunksize} messages sent, and as many back")

    print("quickest first:", "; ".join(sorted(took, key=took.__getitem__)))


if __name__ == "__main__":
    main()
