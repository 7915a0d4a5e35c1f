from threading import Lock, Thread

till, bar = Lock(), Lock()


def move_coins(clerk: str, source: Lock, target: Lock) -> None:
    with source:
        with target:
            print(f"{clerk} moves coins")


ada = Thread(target=move_coins, args=["Ada", till, bar], name="Ada")
ben = Thread(target=move_coins, args=["Ben", bar, till], name="Ben")
ada.start()
ben.start()
ada.join()
ben.join()
