# Starts again in `finally` each time Stop interrupts the program.
# The test presses Stop when this program prints: busy
def stay():
    try:
        print("busy", flush=True)
        while True:
            pass
    finally:
        stay()


stay()
