# Recurses from Python to JavaScript and back until the stack is full.
import js
from pyodide.ffi import create_proxy


def fall(*_):
    return js.Reflect.apply(proxy, None, js.Array.new())


proxy = create_proxy(fall)
fall()
