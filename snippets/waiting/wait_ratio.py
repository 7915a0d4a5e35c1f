COMPUTE_MS = 5
JOBS = (2, 10, 100)


def one_after_another(jobs: int, wait_ms: int) -> int:
    return jobs * (COMPUTE_MS + wait_ms)


def waits_overlapped(jobs: int, wait_ms: int) -> int:
    # One thread computes for one job after another. Then it still waits for the last job.
    return jobs * COMPUTE_MS + wait_ms


print(f"each job computes for {COMPUTE_MS} ms, then waits")
print("   wait   share of it" + "".join(f"{jobs:>5} jobs" for jobs in JOBS) + "   never above")
for wait_ms in (0, 5, 45, 495):
    share = wait_ms / (COMPUTE_MS + wait_ms)
    speedups = [one_after_another(n, wait_ms) / waits_overlapped(n, wait_ms) for n in JOBS]
    speedups.append((COMPUTE_MS + wait_ms) / COMPUTE_MS)
    cells = "".join(f"{speedup:>9.1f}x" for speedup in speedups)
    print(f"{wait_ms:>4} ms {share:>13.0%}{cells}")
