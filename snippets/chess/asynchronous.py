import asyncio
import time

BOARDS, MOVE_PAIRS = 3, 2
JUDIT, OPPONENT = 0.025, 0.275  # 5 s and 55 s, but 200 times faster
start = time.perf_counter()


def log(event: str) -> None:
    print(f"{time.perf_counter() - start:.2f} s  {event}")


def judit_moves(board: int) -> None:
    time.sleep(JUDIT)  # She thinks at this board, so no other board gets a move.
    log(f"Judit moves on board {board}")


async def play(board: int) -> None:
    for _ in range(MOVE_PAIRS):
        judit_moves(board)
        await asyncio.sleep(OPPONENT)  # Judit leaves for another board.
        log(f"    board {board} replies")


async def exhibition() -> None:
    async with asyncio.TaskGroup() as group:
        for board in range(1, BOARDS + 1):
            group.create_task(play(board))
    log("all games over")


asyncio.run(exhibition())
