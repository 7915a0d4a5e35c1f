from collections.abc import Awaitable

class Arrival:
    promise: Awaitable[str]

def is_here() -> bool: ...
def wait() -> Arrival: ...
