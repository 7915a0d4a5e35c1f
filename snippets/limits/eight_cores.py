# /// script
# [tool.runnable]
# exact = true
# ///
CORES, JOB = 8, 60  # a job takes one core one minute


def run(per_minute: int, minutes: int, room: int | None = None) -> None:
    free_at = [0.0] * CORES
    starts: list[float] = []
    longest = 0.0
    refused = 0
    now = 0.0
    for number in range(per_minute * minutes):
        now = number * 60 / per_minute
        if room is not None and sum(start > now for start in starts) >= room:
            refused += 1
            continue
        core = free_at.index(min(free_at))
        start = max(now, free_at[core])
        free_at[core] = start + JOB
        starts.append(start)
        longest = max(longest, start - now)
    waiting = sum(start > now for start in starts)
    print(f"{per_minute:5}{minutes:8} min{waiting:6}{longest:7.0f} s{refused:8}")


print(" rate      after  queue  longest  refused")
for per_minute in (6, 8, 9):
    run(per_minute, 10)
    run(per_minute, 60)
print("with room for four in the queue")
run(9, 60, room=4)
