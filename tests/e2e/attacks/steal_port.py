# Tries to intercept messages from the page, to get hold of the port on which they arrive, and to
# report through this port that the program has ended.
# The test presses Stop when this program prints: waiting
import time

import js
from pyodide.ffi import create_proxy, to_js

EVENT = {"type": "ended", "run": 1, "status": 0}
STOLEN = []


def on_message(*arguments):
    for thing in arguments:
        STOLEN.append(thing)
        print("GOT THROUGH:", thing)
        for run in range(100):
            thing.target.postMessage(
                to_js(EVENT | {"run": run}, dict_converter=js.Object.fromEntries)
            )


catch = create_proxy(on_message, capture_this=True)
for attempt in (
    lambda: js.Object.defineProperty(
        js.MessageEvent.prototype,
        "data",
        to_js({"get": catch}, dict_converter=js.Object.fromEntries),
    ),
    lambda: setattr(js.MessagePort.prototype, "postMessage", catch),
    lambda: setattr(js.self, "onmessage", catch),
    lambda: js.self.addEventListener("message", catch),
    lambda: js.Object.defineProperty(
        js.Object.prototype,
        "type",
        to_js({"get": catch, "configurable": True}, dict_converter=js.Object.fromEntries),
    ),
):
    try:
        attempt()
    except Exception as error:
        print("refused:", type(error).__name__)
print("waiting", flush=True)
while True:
    time.sleep(0.01)
