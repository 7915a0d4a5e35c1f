from threading import Lock, Thread
from time import sleep

drawers = {"bar": Lock(), "till": Lock()}


# region moving
def move_coins(clerk: str, source: str, target: str, patience: float) -> None:
    with drawers[source]:
        print(f"{clerk}: has the {source}, wants the {target}")
        sleep(0.2)
        if drawers[target].acquire(timeout=patience):
            print(f"{clerk}: moves the coins")
            drawers[target].release()
        else:
            print(f"{clerk}: gives up after {patience} s")


# endregion

ada = Thread(target=move_coins, args=["Ada", "till", "bar", 0.5])
ben = Thread(target=move_coins, args=["Ben", "bar", "till", 1.0])
ada.start()
sleep(0.1)
ben.start()
ada.join()
ben.join()
