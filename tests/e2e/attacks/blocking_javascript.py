# Blocks in JavaScript, where Python cannot be interrupted.
# The test presses Stop when this program prints: busy
import js

print("busy", flush=True)
# The regular expression backtracks for ages. If the browser gives up on it, Atomics.wait() waits
# until a number in memory changes, but nothing changes it.
pattern = js.RegExp.new("(a+)+$")
pattern.test("a" * 60 + "b")
cell = js.Int32Array.new(js.WebAssembly.Memory.new(js.JSON.parse('{"initial": 1}')).buffer)
js.Atomics.wait(cell, 0, 0)
