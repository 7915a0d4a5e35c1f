# Leaves an endless chain of JavaScript microtasks behind, between which no timer can fire.
import js
from pyodide.ffi import create_proxy


def again(*_):
    print("FORGED")
    js.queueMicrotask(proxy)


proxy = create_proxy(again)
js.setTimeout(proxy, 50)
print("left")
