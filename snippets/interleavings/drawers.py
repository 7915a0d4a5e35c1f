from threading import Lock, Thread

till, bar = Lock(), Lock()


def move_coins(clerk: str, source: Lock, target: Lock) -> None:
    with source:
        print(f"{clerk} takes coins out")
        with target:
            print(f"{clerk} puts them in")


ada = Thread(target=move_coins, args=["Ada", till, bar], name="Ada")
ben = Thread(target=move_coins, args=["Ben", bar, till], name="Ben")
ada.start()
ben.start()
ada.join()
ben.join()
