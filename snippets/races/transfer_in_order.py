from threading import Lock, Thread
from time import sleep

locks = {"safe": Lock(), "till": Lock()}


# region moving
def move_coins(clerk: str, source: str, target: str) -> None:
    first, second = sorted([source, target])
    with locks[first]:
        print(f"{clerk}: has the {first}, wants the {second}")
        sleep(0.2)
        with locks[second]:
            print(f"{clerk}: moves the coins from the {source} to the {target}")


# endregion

ada = Thread(target=move_coins, args=["Ada", "till", "safe"], name="Ada")
ben = Thread(target=move_coins, args=["Ben", "safe", "till"], name="Ben")
ada.start()
sleep(0.1)
ben.start()
ada.join()
ben.join()
