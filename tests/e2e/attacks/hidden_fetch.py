# Looks for fetch in the global object and in each of its prototypes, in case it was removed from
# only some of them, and then calls Pyodide's own function for requests. The test notices each
# request.
import js
from js import Object
from pyodide.http import pyfetch

scope = js.self
while scope:
    found = Object.getOwnPropertyDescriptor(scope, "fetch")
    if found:
        try:
            found.value("http://elsewhere.test/hidden")
        except Exception as error:
            print("refused:", type(error).__name__)
    try:
        Object.getPrototypeOf(scope).fetch("http://elsewhere.test/prototype")
    except Exception as error:
        print("refused:", type(error).__name__)
    scope = Object.getPrototypeOf(scope)

try:
    pyfetch("http://elsewhere.test/pyfetch").send(None)
except Exception as error:
    print("refused:", type(error).__name__)
