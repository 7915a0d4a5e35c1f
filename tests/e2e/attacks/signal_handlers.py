# Replaces the handlers of the signals that Stop and time slices use.
# Stop when: busy
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
