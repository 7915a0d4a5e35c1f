# Opens, deletes and lists databases of the site.
import js

for attempt in ("open", "deleteDatabase", "databases"):
    try:
        getattr(js.indexedDB, attempt)("stolen")
        print("GOT THROUGH:", attempt)
    except Exception as error:
        print("refused:", type(error).__name__)
