# Ignores all signals, also that of the time slices, and catches SIGINT, which Stop raises.
# The test presses Stop when this program prints: busy
import signal

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.signal(signal.SIGINT, lambda *_: print("caught"))
print("busy", flush=True)
while True:
    pass
