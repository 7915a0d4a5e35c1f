# Stores an item in the site's sessionStorage.
import js

for scope in ("self", "globalThis"):
    try:
        getattr(js, scope).sessionStorage.setItem("stolen", "1")
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
