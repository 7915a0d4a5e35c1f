CORES = (2, 4, 8, 10, 64)


def speed_up(shared: float, cores: int) -> float:
    return 1 / ((1 - shared) + shared / cores)


print("cores" + "".join(f"{cores:>6}" for cores in CORES) + "  ceiling")
for shared in (0.5, 0.9, 0.95, 0.99):
    cells = "".join(f"{speed_up(shared, cores):>5.1f}x" for cores in CORES)
    print(f"{shared:>5.0%}{cells}{1 / (1 - shared):>8.0f}x")
