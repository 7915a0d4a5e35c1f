# Posts forged messages of the protocol, and values that are no messages, to the sandbox frame.
import js
from pyodide.ffi import to_js

EVENTS = [
    {"type": "ready", "version": "9", "jspi": True},
    {"type": "ended", "run": 1, "status": 0},
    {"type": "ended", "run": 2, "status": 0},
    {"type": "stdout", "run": 1, "text": "<b>FORGED</b>"},
    {"type": "stdout", "run": float("nan"), "text": ["FORGED"]},
    {"type": "crashed", "message": "FORGED" * 100_000},
    {"type": "spent"},
    {"type": "constructor"},
    {"type": "worker-error", "message": "FORGED"},
    {"type": "spawn"},
    {},
    "FORGED",
    None,
]
cyclic = js.Object.new()
cyclic.itself = cyclic
for event in [*EVENTS, cyclic, js.Map.new(), js.ArrayBuffer.new(10**6), js.Symbol]:
    try:
        js.self.postMessage(to_js(event, dict_converter=js.Object.fromEntries))
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
