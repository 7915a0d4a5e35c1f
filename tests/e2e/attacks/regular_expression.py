# Makes the regular expression engine backtrack for ever.
# The test presses Stop when this program prints: busy
import re

print("busy", flush=True)
re.match(r"(a+)+$", "a" * 60 + "b")
