import time

BOARDS, MOVE_PAIRS = 3, 2
JUDIT, OPPONENT = 0.025, 0.275  # 5 s and 55 s, but 200 times faster
start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


def judit_moves(board: int) -> None:
    time.sleep(JUDIT)
    log(f"Judit moves on board {board}")


def play(board: int) -> None:
    for _ in range(MOVE_PAIRS):
        judit_moves(board)
        time.sleep(OPPONENT)  # Judit sits and waits.
        log(f"    board {board} replies")


for board in range(1, BOARDS + 1):
    play(board)
log("all games over")
