# Recurses without end, with the limit taken away.
import sys

sys.setrecursionlimit(2**31 - 1)


def fall():
    fall()


fall()
