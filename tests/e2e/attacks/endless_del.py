# Leaves an object in a reference cycle, whose finalizer never returns.
# The test presses Stop when this program prints: deleting
class Sticky:
    def __del__(self):
        print("deleting", flush=True)
        while True:
            pass


sticky = Sticky()
sticky.cycle = sticky
