# Prints one line of 50 million characters, in pieces of a million.
line = "x" * 1_000_000
for _ in range(50):
    print(line, end="")
