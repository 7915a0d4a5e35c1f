# Takes all the memory Python can get.
hoard = []
try:
    while True:
        hoard.append(bytearray(64_000_000))
except MemoryError:
    print("refused: MemoryError after", len(hoard), "blocks")
