# /// script
# [tool.runnable]
# timeline = true  # to compare it with the pool's
# ///
import os
from time import perf_counter


def count_primes(piece: range) -> tuple[int, int]:
    primes = sum(n > 1 and all(n % d for d in range(2, int(n**0.5) + 1)) for n in piece)
    return primes, os.getpid()


# region counting
def main() -> None:
    pieces = [range(low, low + 30_000) for low in range(0, 240_000, 30_000)]
    started = perf_counter()
    counted = list(map(count_primes, pieces))
    took = perf_counter() - started
    print(f"{sum(primes for primes, _ in counted)} primes in {took:.2f} s")
    print("pieces counted in this process:", sum(pid == os.getpid() for _, pid in counted))


# endregion

if __name__ == "__main__":
    main()
