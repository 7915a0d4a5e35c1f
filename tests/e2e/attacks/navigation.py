# Takes the tab somewhere else, or opens another one.
import webbrowser

import js

for attempt in (
    lambda: setattr(js.location, "href", "http://elsewhere.test/"),
    lambda: setattr(js.self.parent, "location", "http://elsewhere.test/"),
    lambda: setattr(js.top.location, "href", "http://elsewhere.test/"),
    lambda: js.open("http://elsewhere.test/"),
    lambda: js.window.open("http://elsewhere.test/"),
    lambda: js.history.pushState(None, "", "/elsewhere"),
    lambda: js.alert("hello"),
    lambda: js.prompt("Password?"),
    lambda: js.clients.openWindow("http://elsewhere.test/"),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
try:
    print("opened:", webbrowser.open("http://elsewhere.test/"))
except Exception as error:
    print("refused:", type(error).__name__)
