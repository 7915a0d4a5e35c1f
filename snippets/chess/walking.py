# /// script
# [tool.runnable]
# exact = true
# ///
from collections import deque

MOVE_PAIRS, JUDIT, OPPONENT = 30, 5, 55  # the times are in seconds


def exhibition(boards: int, walk: int) -> int:
    """Return when the last reply comes, in seconds."""
    clock = 0
    queue = deque((0, 1) for _ in range(boards))  # for each board: ready at, number of the move
    while queue:
        ready_at, pair = queue.popleft()
        clock = max(clock + walk, ready_at) + JUDIT
        if pair < MOVE_PAIRS:
            queue.append((clock + OPPONENT, pair + 1))
    return clock + OPPONENT


print("walk    10 boards  24 boards")
for walk in (0, 1, 2, 5):
    print(f"{walk:2} s {exhibition(10, walk):9} s {exhibition(24, walk):8} s")
