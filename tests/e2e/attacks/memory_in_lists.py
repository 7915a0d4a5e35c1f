# Takes all memory in small pieces, so that even the error finds no room.
hoard = []
while True:
    hoard = [hoard, *([0] * 10_000_000)]
