# Loads scripts from another host, from the site, and from data: and blob: addresses.
import js

for address in (
    "http://elsewhere.test/script.js",
    "http://site.test/runtime/widget.js",
    "data:text/javascript,self.through=1",
):
    try:
        js.importScripts(address)
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
try:
    js.importScripts(js.URL.createObjectURL(js.Blob.new(["self.through = 1"])))
    print("GOT THROUGH")
except Exception as error:
    print("refused:", type(error).__name__)
print("a script has run:", "through" in dir(js.self))
