# Overwrites 64 bytes in each 4 KiB of the interpreter's memory, until the interpreter breaks.
import ctypes

for address in range(1024, 30_000_000, 4096):
    ctypes.memset(address, 255, 64)
