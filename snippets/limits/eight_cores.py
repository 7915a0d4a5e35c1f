# /// script
# [tool.runnable]
# exact = true
# ///
CORES, JOB = 8, 60  # a job keeps one core busy for 60 seconds


def serve(per_minute: int, minutes: int, room: int | None = None) -> None:
    """Let jobs arrive at a steady pace; those that find the queue full are refused."""
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
    queue = sum(start > now for start in starts)
    print(f"{per_minute:7} {minutes:8} min {queue:8} {longest:11.0f} s {refused:8}")


print("per min        after    queue  longest wait  refused")
for per_minute in (6, 8, 9):
    serve(per_minute, minutes=10)
    serve(per_minute, minutes=60)
print("with room for four jobs in the queue")
serve(9, minutes=60, room=4)
