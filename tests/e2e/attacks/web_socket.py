# Opens connections to another host and to the site with WebSocket and WebSocketStream.
import js

for kind in ("WebSocket", "WebSocketStream"):
    for address in ("ws://elsewhere.test/socket", "ws://site.test/socket"):
        try:
            getattr(js, kind).new(address)
            print("GOT THROUGH")
        except Exception as error:
            print("refused:", type(error).__name__)
