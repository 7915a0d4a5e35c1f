# /// script
# [tool.runnable]
# varies = ['[\d,]+ calls']
# ///
from timeit import repeat

WAITS_NS = {
    "main memory": 100,
    "Unix socket": 30_000,
    "1 Gbit/s network": 200_000,
    "disk seek": 8_000_000,
    "New York - London": 59_000_000,
    "lost first packet": 1_000_000_000,
}
CALLS = 200_000


def do_nothing() -> None:
    pass


call_ns = min(repeat(do_nothing, number=CALLS, repeat=3)) / CALLS * 1e9
print(f"one call to do_nothing() takes {call_ns:.0f} ns\n")

for wait, ns in WAITS_NS.items():
    calls = float(f"{ns / call_ns:.1g}")
    print(f"{wait:18} {ns:>13,} ns   room for {calls:,.0f} calls")
