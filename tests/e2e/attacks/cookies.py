# Sets and reads cookies of the site, with document.cookie and with the newer cookieStore.
import js

for attempt in (
    lambda: setattr(js.document, "cookie", "stolen=1"),
    lambda: js.cookieStore.set("stolen", "1"),
    lambda: js.cookieStore.getAll(),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
