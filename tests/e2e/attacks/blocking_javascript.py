# Blocks in JavaScript, where Python cannot be interrupted.
# Stop when: busy
import js

print("busy", flush=True)
pattern = js.RegExp.new("(a+)+$")
pattern.test("a" * 60 + "b")
cell = js.Int32Array.new(js.WebAssembly.Memory.new(js.JSON.parse('{"initial": 1}')).buffer)
js.Atomics.wait(cell, 0, 0)
