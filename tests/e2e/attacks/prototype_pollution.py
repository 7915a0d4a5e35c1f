# Adds properties of a forged message to what all JavaScript objects inherit, and replaces the
# functions that process output.
import js
from pyodide.ffi import create_proxy

js.Object.prototype.type = "ended"
js.Object.prototype.run = 1
js.Object.prototype.status = 0
js.Object.prototype.text = "<img src=x onerror=alert(1)>"
js.Array.prototype.push = None
js.Map.prototype.get = None
js.TextDecoder.prototype.decode = create_proxy(lambda *_: "FORGED <b>text</b>\n")
js.String.prototype.slice = create_proxy(lambda *_: "FORGED" * 1000)
js.Promise.prototype["then"] = None
print("polluted")
