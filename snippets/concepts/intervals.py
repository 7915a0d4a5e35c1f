from itertools import combinations

type Interval = tuple[int, int]
type Order = list[Interval]  # the minutes in which a clerk works on it

SCHEDULES: dict[str, dict[str, Order]] = {
    "one clerk, one order after the other": {
        "books": [(0, 2), (6, 8)],
        "lamp": [(8, 10), (18, 20)],
    },
    "one clerk, both orders in progress": {
        "books": [(0, 2), (6, 8)],
        "lamp": [(2, 4), (12, 14)],
    },
    "two clerks on one order": {
        "piano": [(0, 4), (0, 4), (14, 15)],
    },
    "two clerks, both orders in progress": {
        "books": [(0, 2), (6, 8)],
        "lamp": [(0, 2), (10, 12)],
    },
    "two clerks on one order, each half a job": {
        "left": [(0, 4), (14, 15)],
        "right": [(0, 4)],
    },
}


def overlap(intervals: list[Interval]) -> int:
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a, b in combinations(intervals, 2))


def in_progress(order: Order) -> Interval:
    return min(start for start, _ in order), max(stop for _, stop in order)


def draw(order: Order) -> str:
    start, stop = in_progress(order)
    line = ""
    for minute in range(20):
        clerks = sum(a <= minute < b for a, b in order)
        line += str(clerks) if clerks else "-" if start <= minute < stop else " "
    return line


for name, orders in SCHEDULES.items():
    concurrent = overlap([in_progress(order) for order in orders.values()])
    parallel = overlap([stretch for order in orders.values() for stretch in order])
    print(f"{name}: concurrent {concurrent} min, parallel {parallel} min")
    for item, order in orders.items():
        print(f"  {item:5}|{draw(order)}|")
