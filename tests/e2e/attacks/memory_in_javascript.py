# Asks JavaScript, whose memory is outside of Python's, for buffers of a terabyte each, and for a
# text of 2**30 characters. Browsers refuse both.
import js

hoard = []
try:
    for _ in range(2000):
        hoard.append(js.ArrayBuffer.new(10**12))
    print("GOT THROUGH")
except Exception as error:
    print("refused:", type(error).__name__)
try:
    js.String.prototype.repeat.call("x", 2**30)
    print("GOT THROUGH")
except Exception as error:
    print("refused:", type(error).__name__)
