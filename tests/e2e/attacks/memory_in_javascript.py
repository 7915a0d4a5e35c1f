# Allocates terabytes in JavaScript, outside of Python's memory, and a text of 2**53 characters.
import js

hoard = []
try:
    for _ in range(2000):
        hoard.append(js.ArrayBuffer.new(10**12))
    print("GOT THROUGH")
except Exception as error:
    print("refused:", type(error).__name__)
try:
    js.String.prototype.repeat("x", 2**53)
except Exception as error:
    print("refused:", type(error).__name__)
