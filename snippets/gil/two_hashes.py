# /// script
# [tool.runnable]
# native = "In the browser all threads share one core, so hashing has nothing to gain there."
# varies = ['much quicker: (yes|no)']  # with a single free core the answer is no
# ///
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from time import perf_counter

BACKUPS = [bytes(1_000_000), bytes(1_000_000)]


# region jobs
def fingerprint(backup: bytes) -> str:
    for _ in range(200):
        digest = sha256(backup).hexdigest()
    return digest


def one_after_the_other() -> list[str]:
    return [fingerprint(backup) for backup in BACKUPS]


def two_threads() -> list[str]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(fingerprint, BACKUPS))


# endregion


def seconds(run: Callable[[], list[str]]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started


rounds = [(seconds(one_after_the_other), seconds(two_threads)) for _ in range(4)]
alone, together = map(min, zip(*rounds, strict=True))
print(f"one after the other: {alone:.2f} s")
print(f"two threads:         {together:.2f} s")
print(f"much quicker: {'yes' if together < alone * 0.8 else 'no'}")
