from itertools import combinations

type Interval = tuple[int, int]
type Order = list[Interval]  # the minutes in which some cook has hands on it

SCHEDULES: dict[str, dict[str, Order]] = {
    "one cook, orders one by one": {"soup": [(0, 2), (6, 8)], "cake": [(8, 10), (18, 20)]},
    "one cook, both orders open": {"soup": [(0, 2), (6, 8)], "cake": [(2, 4), (12, 14)]},
    "two cooks on one order": {"cake": [(0, 4), (0, 4), (14, 15)]},
    "two cooks, both orders open": {"soup": [(0, 2), (6, 8)], "cake": [(0, 2), (10, 12)]},
}


def overlap(intervals: list[Interval]) -> int:
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a, b in combinations(intervals, 2))


def in_progress(order: Order) -> Interval:
    return min(start for start, _ in order), max(stop for _, stop in order)


def draw(order: Order) -> str:
    start, stop = in_progress(order)
    line = ""
    for minute in range(20):
        cooks = sum(a <= minute < b for a, b in order)
        line += str(cooks) if cooks else "-" if start <= minute < stop else " "
    return line


for name, orders in SCHEDULES.items():
    print(name)
    for dish, order in orders.items():
        print(f"  {dish:5}|{draw(order)}|")

    open_together = overlap([in_progress(order) for order in orders.values()])
    hands_together = overlap([stretch for order in orders.values() for stretch in order])
    print(f"  concurrent: {open_together} min   parallel: {hands_together} min\n")
