from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep

start = perf_counter()


def log(event: str) -> None:
    print(f"{perf_counter() - start:.1f} s  {event}")


def unload(crate: int) -> None:
    sleep(0.4)
    log("a crate is ashore")


cranes = ThreadPoolExecutor(max_workers=2)
crates = [cranes.submit(unload, crate) for crate in range(10)]

sleep(0.2)
log("closing time")
cranes.shutdown(wait=True, cancel_futures=True)
left = sum(crate.cancelled() for crate in crates)
log(f"cranes stand still, {left} crates stay on board")
