# /// script
# [tool.runnable]
# exact = true
# ///
MOVE_PAIRS, JUDIT, OPPONENT = 30, 5, 55  # seconds

print("boards  Judit idle  board waits  each game  all games  speed-up")
for boards in (1, 2, 6, 11, 12, 13, 18, 24, 48):
    lap = max(boards * JUDIT, JUDIT + OPPONENT)
    judit_idle = lap - boards * JUDIT
    board_waits = lap - (JUDIT + OPPONENT)
    each_game = (MOVE_PAIRS - 1) * lap + JUDIT + OPPONENT
    all_games = (MOVE_PAIRS - 1) * lap + boards * JUDIT + OPPONENT
    in_turn = boards * MOVE_PAIRS * (JUDIT + OPPONENT)
    print(
        f"{boards:6}  {judit_idle:8} s  {board_waits:9} s"
        f"  {each_game:7} s  {all_games:7} s  {in_turn / all_games:7.2f}x"
    )
