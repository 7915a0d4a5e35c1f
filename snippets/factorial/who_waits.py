# /// script
# [tool.runnable]
# exact = true
# ///
from fractions import Fraction

ASKS_AT = {"Ana": 0, "Ben": 1, "Cleo": 2}  # seconds after 7:00:00
NEEDS = {"Ana": 60, "Ben": 60, "Cleo": 1}  # seconds of computing


def serve(workers: int, computing_at_a_time: int) -> dict[str, int]:
    """Return the second after 7:00:00 at which each user is answered."""
    answered_at = {}
    left = {user: Fraction(seconds) for user, seconds in NEEDS.items()}
    now = 0
    while left:
        running = [user for user in left if ASKS_AT[user] <= now][:workers]
        share = min(Fraction(1), Fraction(computing_at_a_time, len(running)))
        now += 1
        for user in running:
            left[user] -= share
            if left[user] <= 0:
                answered_at[user] = now
                del left[user]
    return answered_at


def clock(second: int) -> str:
    return f"7:{second // 60:02}:{second % 60:02}"


print("answered at", *(f"{user:>7}" for user in NEEDS))
for server, workers, computing_at_a_time in [
    ("inline", 1, 1),
    ("threads", 40, 1),  # the GIL lets one of them compute at a time
    ("processes", 8, 8),  # one core for each
]:
    answered_at = serve(workers, computing_at_a_time)
    print(server.ljust(11), *(clock(answered_at[user]) for user in NEEDS))
