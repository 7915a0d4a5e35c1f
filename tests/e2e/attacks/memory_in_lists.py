# Fills the memory with lists and does not catch the MemoryError.
hoard = []
while True:
    hoard = [hoard, *([0] * 10_000_000)]
