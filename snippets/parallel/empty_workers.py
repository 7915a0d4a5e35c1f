from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

percent = 0


def set_percent(value: int) -> None:
    global percent
    percent = value


def with_tax(price: int) -> int:
    return price + price * percent // 100


# region workers
def main() -> None:
    set_percent(19)
    print("main program:", with_tax(100))

    spawn = get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as pool:
        print("worker:", pool.submit(with_tax, 100).result())

    with ProcessPoolExecutor(1, spawn, initializer=set_percent, initargs=[19]) as pool:
        print("worker with an initializer:", pool.submit(with_tax, 100).result())


# endregion

if __name__ == "__main__":
    main()
