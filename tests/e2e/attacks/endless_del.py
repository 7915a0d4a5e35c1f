# Leaves an object whose finalizer never returns.
# Stop when: deleting
class Sticky:
    def __del__(self):
        print("deleting", flush=True)
        while True:
            pass


sticky = Sticky()
sticky.cycle = sticky
