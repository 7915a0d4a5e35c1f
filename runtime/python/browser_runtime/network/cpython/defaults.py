"""Timeouts of sockets, and the one that new sockets get."""

import math
import operator

from browser_runtime.scheduling import virtual_time

# What `socket.setdefaulttimeout` has set.
timeout: float | None = None

_LONGEST = 2**63 / 1e9  # seconds


def checked(seconds: float | None) -> float | None:
    """Return a timeout as a float, or None.

    Raises:
        ValueError: it is negative or not a number.
        OverflowError: it is too long.
    """
    if seconds is None:
        return None
    value = float(seconds if isinstance(seconds, float) else operator.index(seconds))
    if math.isnan(value):
        raise ValueError("Invalid value NaN (not a number)")
    if value < 0:
        raise ValueError("Timeout value out of range")
    if value >= _LONGEST:
        raise OverflowError("timestamp too large to convert to C PyTime_t")
    return value


def getdefaulttimeout() -> float | None:
    """Return the default timeout in seconds (float) for new socket objects."""
    return timeout


def setdefaulttimeout(seconds: float | None, /) -> None:
    """Set the default timeout in seconds (float) for new socket objects."""
    global timeout
    timeout = checked(seconds)


def deadline(seconds: float | None) -> int | None:
    """Return the moment at which a call with this timeout ends, in ns.

    The result is None if the timeout is None (no limit) or 0 (the call does not wait).
    """
    # Not `scheduler.timeout_end`, which may only be called when a thread begins to wait. If this
    # call has to wait, `descriptors.wait_until` calls that function.
    return virtual_time.moment_in(seconds) if seconds else None


def left(end: int | None, seconds: float | None) -> float | None:
    """Return how many seconds are left until a deadline.

    Args:
        end: what `deadline` has returned.
        seconds: the timeout, which is the result if `end` is None.
    """
    return seconds if end is None else virtual_time.seconds_to(end)
