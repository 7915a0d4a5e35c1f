from concurrent.futures import ProcessPoolExecutor


def count_primes(limits: tuple[int, int]) -> int:
    low, high = limits  # put your computation here
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(low, high))


def main() -> None:
    # A few large pieces: each is sent to a process, and its result is sent back.
    pieces = [(low, low + 10_000) for low in range(10_000, 50_000, 10_000)]
    with ProcessPoolExecutor() as pool:
        for (low, high), primes in zip(pieces, pool.map(count_primes, pieces), strict=True):
            print(f"{primes} primes from {low:,} to {high:,}")


# Each worker may import this file again; without this line it would try to start a pool, too.
if __name__ == "__main__":
    main()
