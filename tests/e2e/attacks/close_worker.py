# Closes its own worker, so that nothing could report the end of the program.
# The test presses Stop when this program prints: closed
import time

import js

try:
    js.self.close()
    print("GOT THROUGH")
except Exception as error:
    print("refused:", type(error).__name__)
print("closed", flush=True)
time.sleep(3600)
