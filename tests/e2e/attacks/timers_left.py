# Leaves timers behind, which would print FORGED into the output of the next program.
import js
from pyodide.ffi import create_proxy

tick = create_proxy(lambda *_: print("FORGED"))
for delay in (0, 1, 10, 100):
    js.setInterval(tick, delay)
    js.setTimeout(tick, delay)
