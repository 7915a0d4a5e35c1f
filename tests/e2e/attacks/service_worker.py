# Registers a service worker, which would answer all later requests to the site.
import js

for attempt in (
    lambda: js.navigator.serviceWorker.register("http://site.test/runtime/widget.js"),
    lambda: js.ServiceWorkerContainer.prototype.register("/runtime/widget.js"),
    lambda: js.navigator.serviceWorker.getRegistrations(),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
