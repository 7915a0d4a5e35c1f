# Catches everything that Stop can raise.
# The test presses Stop when this program prints: busy
while True:
    try:
        print("busy", flush=True)
        while True:
            pass
    except BaseException as error:
        print("caught", type(error).__name__)
