# Fills the file system, which is in memory, with files of 50 MB.
from pathlib import Path

chunk = bytes(50_000_000)
try:
    for number in range(1000):
        for folder in ("/tmp", ".", "/"):
            Path(folder, f"left-{number}").write_bytes(chunk)
except (OSError, MemoryError) as error:
    print("refused:", type(error).__name__)
