# Tries to reach the page: its document, its parent frame, the window that opened it.
import js

for name in ("document", "window", "parent", "top", "opener", "frameElement", "frames", "origin"):
    try:
        print("GOT THROUGH:", name, getattr(js, name))
    except AttributeError as error:
        print("refused:", type(error).__name__)
