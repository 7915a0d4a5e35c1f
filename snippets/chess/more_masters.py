# /// script
# [tool.runnable]
# exact = true
# ///
from collections import deque
from heapq import heappop, heappush

BOARDS, MOVE_PAIRS = 24, 30
JUDIT, OPPONENT = 5, 55  # seconds


def exhibition(masters: int) -> int:
    """Return when the last reply comes, in seconds."""
    free_at = [0] * masters  # a heap: the master who is free first takes the next board
    queue = deque((0, 1) for _ in range(BOARDS))  # for each board: ready at, number of the move
    moved_at = 0
    while queue:
        ready_at, pair = queue.popleft()
        moved_at = max(heappop(free_at), ready_at) + JUDIT
        heappush(free_at, moved_at)
        if pair < MOVE_PAIRS:
            queue.append((moved_at + OPPONENT, pair + 1))
    return moved_at + OPPONENT


before = exhibition(masters=1)
print(f" 1 at the boards: {before} s")
for masters in (2, 3, 4, 12, 24):
    seconds = exhibition(masters)
    print(f"{masters:2} at the boards: {seconds} s, saves {before - seconds} s")
    before = seconds
