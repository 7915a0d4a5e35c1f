# Prints for ever.
# The test presses Stop when this program prints: again
while True:
    print("again")
