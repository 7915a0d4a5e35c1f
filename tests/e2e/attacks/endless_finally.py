# Goes on in `finally` when it is stopped.
# Stop when: busy
def stay():
    try:
        print("busy", flush=True)
        while True:
            pass
    finally:
        stay()


stay()
