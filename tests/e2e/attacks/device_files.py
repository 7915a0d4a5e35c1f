# Tries to overwrite devices, system files and Python's library, then to remove the files directly in
# /lib, site-packages and /dev.
import os
from pathlib import Path

for path in (
    "/dev/stdout",
    "/dev/tty",
    "/dev/null",
    "/dev/random",
    "/lib/python314.zip",
    "/lib/python3.14/site-packages/browser_runtime/program.py",
    "/lib/python3.14/site-packages/browser_runtime/state.py",
    "/proc/self/mem",
    "/etc/passwd",
):
    try:
        Path(path).write_text("FORGED\n")
    except OSError as error:
        print("refused:", type(error).__name__)
for folder in ("/lib/python3.14/site-packages", "/lib", "/dev"):
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        try:
            os.remove(f"{folder}/{name}")
        except OSError as error:
            print("refused:", type(error).__name__)
