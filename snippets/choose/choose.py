from dataclasses import dataclass


@dataclass
class Job:
    name: str
    together: int  # how many such jobs could be in progress at the same time
    waits: float  # share of one job's time spent waiting, 0 to 1
    awaitable: bool = False  # its library is called with await
    one_call_blocks: bool = False  # one call of another library cannot be awaited
    longest_step_ms: int = 1  # longest computation between two awaits
    releases_gil: bool = False  # it computes in C code that releases the GIL
    free_threaded: bool = False  # it runs on the free-threaded build
    interpreters: bool = False  # Python 3.14+, and its packages work in several interpreters


def choose(job: Job) -> tuple[str, str]:
    if job.together == 1:
        return "plain code", "there is nothing to overlap it with"
    if job.waits < 0.5:
        if job.releases_gil:
            return "threads", "C code that has released the GIL can run on several cores"
        if job.free_threaded:
            return "threads", "without a GIL, threads can use several cores"
        if job.interpreters:
            return "interpreters", "each interpreter has a GIL of its own"
        return "processes", "each process has a GIL of its own"
    if not job.awaitable:
        if job.together > 500:
            return (
                "asyncio",
                "one thread per wait would be too many threads: look for an async library",
            )
        return "threads", "its library blocks, so each wait needs a thread"
    if job.one_call_blocks:
        return "asyncio + a thread", "one blocking call would stop all other tasks"
    if job.longest_step_ms > 50:
        return "asyncio + processes", "one long computation would stop all other tasks"
    return "asyncio", "its waits overlap in one thread"


JOBS = [
    Job("nightly report", together=1, waits=0.8),
    Job("200 web pages, httpx", together=200, waits=0.98, awaitable=True),
    Job("20 FTP uploads, ftplib", together=20, waits=0.95),
    Job("5,000 weather stations", together=5_000, waits=0.999, awaitable=True),
    Job("shop with a card reader", 50, waits=0.9, awaitable=True, one_call_blocks=True),
    Job("web API with a PDF step", 50, waits=0.9, awaitable=True, longest_step_ms=800),
    Job("hash large files", together=40, waits=0.2, releases_gil=True),
    Job("resize photos in Python", together=400, waits=0.02),
    Job("resize photos, 3.14", together=400, waits=0.02, interpreters=True),
    Job("resize photos, 3.14t", together=400, waits=0.02, free_threaded=True),
]

for job in JOBS:
    model, reason = choose(job)
    print(f"{job.name:24} {model:20} {reason}")
