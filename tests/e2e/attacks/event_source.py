# Listens to another host's events, which asks for them first.
import js

for address in ("http://elsewhere.test/events", "http://site.test/events"):
    try:
        js.EventSource.new(address)
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
