# /// script
# [tool.runnable]
# exact = true
# ///
MOVE_PAIRS, JUDIT, OPPONENT = 30, 5, 55  # seconds

print("boards   idle  waits   game    all  faster")
for boards in (1, 2, 6, 11, 12, 13, 18, 24, 48):
    # She returns to a board after a round over all boards, but never before its reply.
    until_next_move = max(boards * JUDIT, JUDIT + OPPONENT)
    judit_idle = until_next_move - boards * JUDIT
    board_waits = until_next_move - (JUDIT + OPPONENT)
    each_game = (MOVE_PAIRS - 1) * until_next_move + JUDIT + OPPONENT
    all_games = (MOVE_PAIRS - 1) * until_next_move + boards * JUDIT + OPPONENT
    game_after_game = boards * MOVE_PAIRS * (JUDIT + OPPONENT)
    print(
        f"{boards:6} {judit_idle:4} s {board_waits:4} s {each_game:4} s {all_games:4} s"
        f" {game_after_game / all_games:6.2f}x"
    )
