# Listens to events of another host and of the site, for which the browser would send requests.
import js

for address in ("http://elsewhere.test/events", "http://site.test/events"):
    try:
        js.EventSource.new(address)
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
