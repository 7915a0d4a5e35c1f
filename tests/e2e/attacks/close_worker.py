# Ends its own worker, so that nobody is there to say the program has ended.
# Stop when: closed
import time

import js

try:
    js.self.close()
    print("GOT THROUGH")
except Exception as error:
    print("refused:", type(error).__name__)
print("closed", flush=True)
time.sleep(3600)
