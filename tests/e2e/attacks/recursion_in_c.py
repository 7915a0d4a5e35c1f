# Recurses through C functions, whose calls Python's recursion limit does not count.
import functools
import sys

sys.setrecursionlimit(2**31 - 1)


class Deep:
    def __repr__(self):
        return repr([self])

    def __eq__(self, other):
        return [self] == [other]

    @functools.lru_cache
    def __hash__(self):
        return hash((self,))


try:
    repr(Deep())
except RecursionError:
    hash(Deep())
