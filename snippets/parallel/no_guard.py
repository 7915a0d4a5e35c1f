from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def with_tax(price: int) -> float:
    return price * 1.19


# No guard around what follows. "spawn" is the default on Windows and macOS.
with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
    print(pool.submit(with_tax, 100).result())
