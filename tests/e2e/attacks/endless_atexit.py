# Registers an exit handler that never returns, because it catches every exception.
# The test presses Stop when this program prints: leaving
import atexit


@atexit.register
def stay():
    print("leaving", flush=True)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
