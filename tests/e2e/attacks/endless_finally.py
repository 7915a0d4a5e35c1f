# Starts again in `finally` each time Stop interrupts the program.
# Stop when: busy
def stay():
    try:
        print("busy", flush=True)
        while True:
            pass
    finally:
        stay()


stay()
