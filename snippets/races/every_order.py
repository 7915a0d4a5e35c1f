from itertools import permutations

STEPS = ("A reads", "A writes", "B reads", "B writes")


def possible(order: tuple[str, ...]) -> bool:
    return all(order.index(f"{door} reads") < order.index(f"{door} writes") for door in "AB")


def visitors_counted(order: tuple[str, ...]) -> int:
    counter = 0
    seen = {}
    for step in order:
        door, action = step.split()
        if action == "reads":
            seen[door] = counter
        else:
            counter = seen[door] + 1
    return counter


for order in filter(possible, permutations(STEPS)):
    print(f"{', '.join(order)}: {visitors_counted(order)} counted")
