# Tries to reach other tabs: with channels, locks and shared workers.
import js

for attempt in (
    lambda: js.BroadcastChannel.new("attack").postMessage("hello"),
    lambda: js.navigator.locks.request("attack", lambda lock: None),
    lambda: js.navigator.locks.query(),
    lambda: js.MessageChannel.new(),
    lambda: js.SharedWorker.new("data:text/javascript,"),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
