# /// script
# requires-python = ">=3.14"
# ///
import os
from concurrent import interpreters
from concurrent.futures import InterpreterPoolExecutor

main_process = os.getpid()


def count_primes(piece: range) -> tuple[int, int, int]:
    primes = sum(n > 1 and all(n % d for d in range(2, int(n**0.5) + 1)) for n in piece)
    return primes, interpreters.get_current().id, os.getpid()


def main() -> None:
    pieces = [range(low, low + 30_000) for low in range(0, 120_000, 30_000)]
    with InterpreterPoolExecutor(max_workers=2) as pool:
        counted = list(pool.map(count_primes, pieces))

    here = interpreters.get_current().id
    print("primes:", sum(primes for primes, _, _ in counted))
    print("pieces counted in this process:", sum(pid == main_process for _, _, pid in counted))
    print("pieces counted in this interpreter:", sum(worker == here for _, worker, _ in counted))


if __name__ == "__main__":
    main()
