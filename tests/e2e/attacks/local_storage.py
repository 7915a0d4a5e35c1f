# Stores an item in the site's localStorage, and counts the items there.
import js

try:
    js.localStorage.setItem("stolen", "1")
    print("GOT THROUGH:", js.localStorage.length)
except Exception as error:
    print("refused:", type(error).__name__)
