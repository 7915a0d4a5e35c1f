# Catches everything that Stop can raise.
# Stop when: busy
while True:
    try:
        print("busy", flush=True)
        while True:
            pass
    except BaseException as error:
        print("caught", type(error).__name__)
