# Recurses without end, after raising the recursion limit as far as possible.
# The test presses Stop when this program prints: deep
import sys

sys.setrecursionlimit(2**31 - 1)


def fall(depth):
    if depth == 500_000:
        print("deep", flush=True)
    fall(depth + 1)


fall(0)
