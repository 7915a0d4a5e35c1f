# Makes the regular expression engine backtrack for ever.
# Stop when: busy
import re

print("busy", flush=True)
re.match(r"(a+)+$", "a" * 60 + "b")
