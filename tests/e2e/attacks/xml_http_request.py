# Sends synchronous requests to another host and to the site with XMLHttpRequest.
import js
from pyodide.http import open_url

for address in ("http://elsewhere.test/xhr", "http://site.test/", "/"):
    try:
        request = js.XMLHttpRequest.new()
        request.open("GET", address, False)
        request.send()
        print("GOT THROUGH:", request.responseText)
    except Exception as error:
        print("refused:", type(error).__name__)
    try:
        print("GOT THROUGH:", open_url(address))
    except Exception as error:
        print("refused:", type(error).__name__)
