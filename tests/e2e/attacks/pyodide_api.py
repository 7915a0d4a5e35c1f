# Uses Pyodide's own interface to install packages, mount folders and change the streams.
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
