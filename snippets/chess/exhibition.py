# /// script
# [tool.runnable]
# interleaves = '(board +\d+: (?:master|the))'
# ///
import asyncio
import time
from collections import deque
from dataclasses import dataclass

BOARDS, MOVE_PAIRS, MASTERS = 3, 2, 1
MASTER, OPPONENT, WALK = 0.025, 0.25, 0.01  # seconds, two hundred times faster
GAME_AFTER_GAME = False
start = time.perf_counter()


@dataclass(eq=False)
class Board:
    number: int
    moves: int = 0
    reply: asyncio.Task[None] | None = None

    def log(self, event: str) -> None:
        print(f"{time.perf_counter() - start:.2f} s  board {self.number:2}: {event}")

    async def think(self) -> None:
        await asyncio.sleep(OPPONENT)
        self.log("the opponent replies")


async def master(name: str, line: deque[Board], group: asyncio.TaskGroup) -> None:
    table = None
    while line:
        board = line.popleft()
        if board is not table:
            board.log(f"{name} walks here")
            await asyncio.sleep(WALK)
            board.log(f"{name} is here")
            table = board
        if board.reply:
            await board.reply
        board.log(f"{name} thinks")
        await asyncio.sleep(MASTER)
        board.log(f"{name} moves")
        board.moves += 1
        board.reply = group.create_task(board.think())
        if GAME_AFTER_GAME:
            await board.reply
        if board.moves < MOVE_PAIRS:
            line.insert(0 if GAME_AFTER_GAME else len(line), board)


async def exhibition() -> None:
    line = deque(Board(number) for number in range(1, BOARDS + 1))
    async with asyncio.TaskGroup() as group:
        for number in range(1, MASTERS + 1):
            group.create_task(master(f"master {number}", line, group))
    print(f"{time.perf_counter() - start:.2f} s  all games over")


asyncio.run(exhibition())
