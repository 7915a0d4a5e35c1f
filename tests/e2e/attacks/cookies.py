# Sets and reads cookies, in the old and in the new way.
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
