# Multiplies numbers so large that a single multiplication takes for ever.
# Stop when: busy
print("busy", flush=True)
x = 7 ** (10**6)
while True:
    x *= x
