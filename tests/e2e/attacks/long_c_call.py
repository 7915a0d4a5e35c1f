# Stays inside one C function, which does not check for signals.
# The test presses Stop when this program prints: busy
print("busy", flush=True)
sum(range(10**13))
