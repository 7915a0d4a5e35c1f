# Starts processes with each function that Python has for an operating system with processes.
import os
import subprocess
import sys

for attempt in (
    lambda: os.fork(),
    lambda: subprocess.run([sys.executable, "-c", "print('GOT THROUGH')"]),
    lambda: os.system("true"),
    lambda: os.execv("/bin/sh", ["sh"]),
    lambda: os.posix_spawn("/bin/sh", ["sh"], {}),
    lambda: os.popen("true"),
):
    try:
        # Some of these functions return an error code instead of raising an exception.
        attempt()
        print("returned")
    except Exception as error:
        print("refused:", type(error).__name__)
