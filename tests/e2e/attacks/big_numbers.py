# Squares a number until a single multiplication takes for ever.
# The test presses Stop when this program prints: busy
print("busy", flush=True)
x = 7 ** (10**6)
while True:
    x *= x
