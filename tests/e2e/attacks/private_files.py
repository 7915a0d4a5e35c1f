# Opens the file systems that the browser keeps for the site, which outlive the tab.
import js

for attempt in (
    lambda: js.navigator.storage.getDirectory(),
    lambda: js.navigator.storage.persist(),
    lambda: js.webkitRequestFileSystemSync(0, 1000),
    lambda: js.webkitRequestFileSystem(1, 1000),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
