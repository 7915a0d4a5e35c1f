from threading import Lock, Thread

till, bar = Lock(), Lock()


def move_coins(clerk: str) -> None:
    with till:
        print(f"{clerk} has the till")
        with bar:
            print(f"{clerk} moves the coins")


ada = Thread(target=move_coins, args=["Ada"], name="Ada")
ben = Thread(target=move_coins, args=["Ben"], name="Ben")
ada.start()
ben.start()
ada.join()
ben.join()
