# Leaves a chain of promises behind that never ends and lets no timer through.
import js
from pyodide.ffi import create_proxy


def again(*_):
    print("FORGED")
    js.queueMicrotask(proxy)


proxy = create_proxy(again)
js.setTimeout(proxy, 50)
print("left")
