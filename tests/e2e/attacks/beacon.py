# Sends a beacon, a background fetch, a push subscription: requests that outlive a page.
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
