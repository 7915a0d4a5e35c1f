from threading import Lock, Thread

till, safe = Lock(), Lock()


def move_coins(clerk: str) -> None:
    with till:
        with safe:
            print(f"{clerk} moves coins")


ada = Thread(target=move_coins, args=["Ada"], name="Ada")
ben = Thread(target=move_coins, args=["Ben"], name="Ben")
ada.start()
ben.start()
ada.join()
ben.join()
