# Stays inside one C function, where no signal is looked at.
# Stop when: busy
print("busy", flush=True)
sum(range(10**13))
