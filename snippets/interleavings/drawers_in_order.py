from threading import Lock, Thread

till, bar = Lock(), Lock()


def move_coins(clerk: str) -> None:
    with till:
        with bar:
            print(f"{clerk} moves coins")


ada = Thread(target=move_coins, args=["Ada"], name="Ada")
ben = Thread(target=move_coins, args=["Ben"], name="Ben")
ada.start()
ben.start()
ada.join()
ben.join()
