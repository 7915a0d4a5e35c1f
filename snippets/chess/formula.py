# /// script
# [tool.runnable]
# exact = true
# ///
from collections import deque
from itertools import product


def simulate(boards: int, pairs: int, judit: int, opponent: int) -> int:
    """Play every move on a clock that only counts, and return when the last reply comes."""
    clock = 0
    queue = deque((0, 1) for _ in range(boards))  # for each board: ready at, number of the move
    while queue:
        ready_at, pair = queue.popleft()
        clock = max(clock, ready_at) + judit
        if pair < pairs:
            queue.append((clock + opponent, pair + 1))
    return clock + opponent


# region formula
def formula(boards: int, pairs: int, judit: int, opponent: int) -> int:
    until_next_move = max(boards * judit, judit + opponent)
    return (pairs - 1) * until_next_move + boards * judit + opponent


checked = 0
for numbers in product(range(1, 31), range(1, 5), range(1, 7), range(0, 61, 5)):
    assert simulate(*numbers) == formula(*numbers), numbers
    checked += 1
print(f"{checked} exhibitions simulated, the formula was right each time")
# endregion

for boards in (1, 11, 12, 13, 24):
    print(f"{boards:2} boards: {formula(boards, pairs=30, judit=5, opponent=55):4} s")
