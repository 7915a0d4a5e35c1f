# /// script
# [tool.runnable]
# exact = true
# ///
import asyncio

BOARDS, MOVE_PAIRS = 24, 30
JUDIT, OPPONENT = 5, 55  # seconds


class JumpingClock(asyncio.BaseEventLoop):
    """asyncio's own event loop; where it would wait, its clock jumps."""

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


async def play() -> int:
    for _ in range(MOVE_PAIRS):
        clock.now += JUDIT
        moved_at = clock.now
        await asyncio.sleep(OPPONENT)
    return moved_at


async def exhibition() -> None:
    async with asyncio.TaskGroup() as group:
        games = [group.create_task(play()) for _ in range(BOARDS)]
    print(f"together: Judit's last move at {max(game.result() for game in games)} s,")
    print(f"          the last reply at {clock.now} s")


clock = JumpingClock()
asyncio.run(exhibition(), loop_factory=lambda: clock)
print(f"in turn:  the last reply at {BOARDS * MOVE_PAIRS * (JUDIT + OPPONENT)} s")
