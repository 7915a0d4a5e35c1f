"""Time that is not real: faster by a factor, or virtual.

On virtual time computing takes none, and waiting costs nothing: when every thread waits, the clock
jumps to where the first of their waits ends. Durations are then exact, to the nanosecond. All of
the program's clocks but `time.process_time` and its like show it; see
runtime/worker/kernel/clock.ts.
"""

import time

import browser_kernel as kernel
import browser_page as page

from browser_runtime.run_options import RunOptions

# See `RunOptions`.
clock_rate: float = 1
is_on = False

_monotonic_ns = time.monotonic_ns


def begin(options: RunOptions) -> None:
    """Set the rate of the clocks that the next program reads."""
    global clock_rate, is_on
    clock_rate, is_on = options.clock_rate, options.clock_rate == 0
    if clock_rate != 1:
        kernel.start_clock(clock_rate)


def end() -> None:
    """Go back to real time."""
    global clock_rate, is_on
    if clock_rate != 1 and kernel.stop_clock():
        page.tell("looked-at-clock", 0, "")
    clock_rate, is_on = 1, False


def nanoseconds(seconds: float) -> int:
    """Return a duration as it is counted here; only none at all is none."""
    return max(round(seconds * 1_000_000_000), int(seconds > 0))


def deadline(seconds: float | None) -> int | None:
    """Return where so long a wait ends on virtual time; None: the clock does not end it."""
    if not is_on or seconds is None:
        return None
    return kernel.elapsed() + nanoseconds(seconds)


def moment_in(seconds: float) -> int:
    """Return what the monotonic clock will show then, in ns."""
    return _monotonic_ns() + nanoseconds(seconds)


def seconds_to(moment: int) -> float:
    """Return how long it is until the monotonic clock shows so many ns."""
    return (moment - _monotonic_ns()) / 1_000_000_000


def refuse(what: str) -> None:
    """Raise an error unless time is real: what runs elsewhere has clocks of its own."""
    if clock_rate != 1:
        raise RuntimeError(
            f"{what} has clocks of its own, which show real time; "
            "choose “Real time” to run this program"
        )
