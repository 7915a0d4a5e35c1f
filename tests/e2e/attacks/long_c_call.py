# Stays inside one C function, which does not check for signals.
# Stop when: busy
print("busy", flush=True)
sum(range(10**13))
