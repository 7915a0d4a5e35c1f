# /// script
# [tool.runnable]
# exact = true
# ///
MOVE_PAIRS, JUDIT, OPPONENT = 30, 5, 55  # seconds

print("boards idle waits  game   all faster")
for boards in (1, 2, 6, 11, 12, 13, 18, 24, 48):
    lap = max(boards * JUDIT, JUDIT + OPPONENT)
    judit_idle = lap - boards * JUDIT
    board_waits = lap - (JUDIT + OPPONENT)
    each_game = (MOVE_PAIRS - 1) * lap + JUDIT + OPPONENT
    all_games = (MOVE_PAIRS - 1) * lap + boards * JUDIT + OPPONENT
    in_turn = boards * MOVE_PAIRS * (JUDIT + OPPONENT)
    print(
        f"{boards:6} {judit_idle:4} {board_waits:5} {each_game:5} {all_games:5}"
        f" {in_turn / all_games:5.2f}x"
    )
