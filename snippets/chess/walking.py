# /// script
# [tool.runnable]
# exact = true
# ///
from collections import deque

BOARDS, MOVE_PAIRS = 24, 30
JUDIT, OPPONENT = 5, 55  # seconds


def exhibition(walk: int) -> tuple[int, int]:
    """Return when the last reply comes and how long Judit walked, in seconds."""
    clock = walked = 0
    queue = deque((0, 1) for _ in range(BOARDS))  # (ready at, move pair)
    while queue:
        ready_at, pair = queue.popleft()
        clock = max(clock + walk, ready_at) + JUDIT
        walked += walk
        if pair < MOVE_PAIRS:
            queue.append((clock + OPPONENT, pair + 1))
    return clock + OPPONENT, walked


for walk in (0, 1, 2, 5):
    seconds, walked = exhibition(walk)
    print(f"{walk} s a board: {seconds} s, {walked} s on foot")
