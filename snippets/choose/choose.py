from dataclasses import dataclass


@dataclass
class Job:
    name: str
    at_once: int  # how many could be under way together
    waits: float  # share of one job's time spent waiting, 0 to 1
    awaitable: bool = False  # its library is called with await
    releases_gil: bool = False  # its computing happens in C code that lets go of the GIL
    one_call_blocks: bool = False  # one call of another library has no await
    longest_step_ms: int = 1  # longest stretch of computing without a wait


def choose(job: Job) -> tuple[str, str]:
    if job.at_once == 1:
        return "plain code", "there is nothing to overlap with"
    if job.waits < 0.5:
        if job.releases_gil:
            return "threads", "it computes, but outside the GIL"
        return "processes", "it computes in Python, so it needs more cores"
    if not job.awaitable:
        if job.at_once > 500:
            return "asyncio", "too many waits for threads: look for an async library"
        return "threads", "it waits in calls that know no await"
    if job.one_call_blocks:
        return "asyncio + a thread", "one call without await would hold up the rest"
    if job.longest_step_ms > 50:
        return "asyncio + processes", "one step would hold up every other task"
    return "asyncio", "it waits, and its library says when"


JOBS = [
    Job("nightly report", at_once=1, waits=0.8),
    Job("200 web pages, httpx", at_once=200, waits=0.98, awaitable=True),
    Job("20 FTP uploads, ftplib", at_once=20, waits=0.95),
    Job("5,000 chat clients", at_once=5_000, waits=0.999, awaitable=True),
    Job("resize photos in Python", at_once=400, waits=0.02),
    Job("hash large files", at_once=40, waits=0.2, releases_gil=True),
    Job("shop with a card reader", 50, waits=0.9, awaitable=True, one_call_blocks=True),
    Job("web API with a PDF step", 50, waits=0.9, awaitable=True, longest_step_ms=800),
]

for job in JOBS:
    model, reason = choose(job)
    print(f"{job.name:24} {model:20} {reason}")
