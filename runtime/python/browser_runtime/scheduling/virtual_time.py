"""Clock rates other than real time: clocks that run several times faster, and virtual time.

Virtual time passes only while every thread waits: the clock then jumps to the moment at which the
first wait ends. Computing takes no virtual time, so durations are exact to the nanosecond. Virtual
time is what all clocks of the program show, except for `time.process_time` and similar clocks of
the processor; see runtime/worker/kernel/clock.ts.
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
    """Return a duration in nanoseconds; a positive duration is never rounded to zero."""
    return max(round(seconds * 1_000_000_000), int(seconds > 0))


def deadline(seconds: float | None) -> int | None:
    """Return the virtual time in ns at which a wait ends; None if the clock does not end it."""
    if not is_on or seconds is None:
        return None
    return kernel.elapsed() + nanoseconds(seconds)


def moment_in(seconds: float) -> int:
    """Return what the monotonic clock will show after so many seconds, in ns."""
    return _monotonic_ns() + nanoseconds(seconds)


def seconds_to(moment: int) -> float:
    """Return how many seconds remain until the monotonic clock shows a moment given in ns."""
    return (moment - _monotonic_ns()) / 1_000_000_000


def refuse(what: str) -> None:
    """Raise an error unless the program runs in real time.

    Processes and interpreters have clocks of their own, which always show real time.
    """
    if clock_rate != 1:
        raise RuntimeError(
            f"{what} has clocks of its own, which show real time; "
            "choose “Real time” to run this program"
        )
