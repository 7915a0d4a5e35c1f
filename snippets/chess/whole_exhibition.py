# /// script
# [tool.runnable]
# exact = true
# ///
import asyncio


class JumpingClock(asyncio.BaseEventLoop):
    """asyncio's own event loop, except that its clock jumps to the next timer instead of waiting.

    `_selector` and `_process_events` are internals of asyncio: good enough for a demonstration.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self._selector = self

    def time(self) -> int:
        return self.now

    def select(self, until_next_timer: int) -> list[object]:
        self.now += until_next_timer
        return []

    def _process_events(self, events: list[object]) -> None:
        pass


clock = JumpingClock()

# region exhibition
BOARDS, MOVE_PAIRS = 24, 30
JUDIT, OPPONENT = 5, 55  # seconds


async def play() -> int:
    for _ in range(MOVE_PAIRS):
        clock.now += JUDIT  # Judit thinks, and no other game gets a turn meanwhile.
        moved_at = clock.now
        await asyncio.sleep(OPPONENT)
    return moved_at


async def exhibition() -> None:
    async with asyncio.TaskGroup() as group:
        games = [group.create_task(play()) for _ in range(BOARDS)]
    last_move = max(game.result() for game in games)
    print(f"from board to board: Judit's last move at {last_move} s,")
    print(f"                     the last reply at {clock.now} s")


asyncio.run(exhibition(), loop_factory=lambda: clock)
print(f"game after game:     the last reply at {BOARDS * MOVE_PAIRS * (JUDIT + OPPONENT)} s")
# endregion
