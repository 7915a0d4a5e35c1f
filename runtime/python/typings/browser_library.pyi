# The module that runtime/worker/links/library.ts provides: whether the archive of Python's standard
# library is still missing, and a promise to wait for it.
from collections.abc import Awaitable

class Arrival:
    promise: Awaitable[str]

def is_late() -> bool: ...
def wait() -> Arrival: ...
