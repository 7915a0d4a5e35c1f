from threading import Lock, Thread
from time import sleep

locks = {"safe": Lock(), "till": Lock()}


# region moving
def move_coins(clerk: str, source: str, target: str, timeout: float) -> None:
    with locks[source]:
        print(f"{clerk}: has the {source}, wants the {target}")
        sleep(0.2)
        if locks[target].acquire(timeout=timeout):
            print(f"{clerk}: moves the coins")
            locks[target].release()
        else:
            print(f"{clerk}: gives up after {timeout} s")


# endregion

ada = Thread(target=move_coins, args=["Ada", "till", "safe", 0.5], name="Ada")
ben = Thread(target=move_coins, args=["Ben", "safe", "till", 1.0], name="Ben")
ada.start()
sleep(0.1)
ben.start()
ada.join()
ben.join()
