# Calls the functions with which the runtime sends messages to the frame, with wrong arguments. Only
# the function `end`, which would end this program, is left out.
import itertools

import browser_processes

ARGUMENTS = [0, 1, -1, 42, 2**31, 2**60, 1.5, float("nan"), "GOT THROUGH", None, b"", [], {}]
for name in dir(browser_processes):
    function = getattr(browser_processes, name, None)
    if not callable(function) or name == "end":
        continue
    for count in range(4):
        for arguments in itertools.islice(itertools.product(ARGUMENTS, repeat=count), 100):
            try:
                function(*arguments)
            except Exception:
                pass
print("called every function")
