# Starts workers of its own, which would keep running after the program's end.
import js

for attempt in (
    lambda: js.Worker.new(js.URL.createObjectURL(js.Blob.new(["for (;;);"]))),
    lambda: js.Worker.new("data:text/javascript,for(;;);"),
    lambda: js.Worker.new("http://site.test/runtime/widget.js"),
    lambda: js.Worker.new(js.location.href),
    lambda: js.SharedWorker.new("data:text/javascript,for(;;);"),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
