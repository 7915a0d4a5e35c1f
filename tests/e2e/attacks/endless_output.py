# Prints for ever.
# Stop when: again
while True:
    print("again")
