# Uses Pyodide's own interface to change streams and modules, to mount folders and to install
# packages. A call may succeed, as long as it affects neither the page nor later programs.
import pyodide_js

for attempt in (
    lambda: pyodide_js.setStdout(),
    lambda: pyodide_js.setInterruptBuffer(None),
    lambda: pyodide_js.unregisterJsModule("browser_kernel"),
    lambda: pyodide_js.globals.clear(),
    lambda: pyodide_js.FS.mkdir("/left"),
    lambda: pyodide_js.loadPackage("http://elsewhere.test/package.whl"),
    lambda: pyodide_js.mountNativeFS("/mnt", None),
):
    try:
        attempt()
    except Exception as error:
        print("refused:", type(error).__name__)
