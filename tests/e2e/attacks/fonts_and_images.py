# Makes the browser load a font from another host, draw a picture or show a notification.
import js

for attempt in (
    lambda: js.FontFace.new("f", "url(http://elsewhere.test/font)").load(),
    lambda: js.fonts.load("12px f"),
    lambda: js.Image.new(),
    lambda: js.OffscreenCanvas.new(1, 1),
    lambda: js.createImageBitmap(None),
    lambda: js.Notification.new("hello"),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
