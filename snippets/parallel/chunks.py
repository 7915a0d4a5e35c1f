# /// script
# [tool.runnable]
# timeline = false  # to watch each hand-over takes longer than the hand-over
# ///
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

PRICES = range(5_000)


def with_tax(price: int) -> float:
    return price * 1.19


def main() -> None:
    started = perf_counter()
    list(map(with_tax, PRICES))
    took = {"without a pool": perf_counter() - started}

    with ProcessPoolExecutor(max_workers=2) as pool:
        pool.submit(with_tax, 1).result()  # the first worker has started
        for chunksize in (1, 500):
            started = perf_counter()
            list(pool.map(with_tax, PRICES, chunksize=chunksize))
            took[f"pool with chunksize {chunksize}"] = perf_counter() - started

    for how, seconds in took.items():
        print(f"{how}: {seconds * 1000:.1f} ms")
    print("quickest first:", "; ".join(sorted(took, key=took.__getitem__)))


if __name__ == "__main__":
    main()
