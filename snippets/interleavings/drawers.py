from threading import Lock, Thread

till, safe = Lock(), Lock()


def move_coins(clerk: str, source: Lock, target: Lock) -> None:
    with source:
        with target:
            print(f"{clerk} moves coins")


ada = Thread(target=move_coins, args=["Ada", till, safe], name="Ada")
ben = Thread(target=move_coins, args=["Ben", safe, till], name="Ben")
ada.start()
ben.start()
ada.join()
ben.join()
