# Leaves a function behind wherever the interpreter accepts one, and turns off garbage collection.
# If a later program ran the function, it would print FORGED.
import atexit
import codecs
import gc
import sys


def hook(*arguments, **_):
    print("FORGED", arguments)


gc.callbacks.append(hook)
sys.excepthook = sys.unraisablehook = sys.displayhook = sys.breakpointhook = hook
sys.set_asyncgen_hooks(hook, hook)
sys.path_hooks.insert(0, hook)
codecs.register(hook)
atexit.register(sys.setrecursionlimit, 50)
gc.disable()
gc.set_threshold(1)
