"""Clock rates other than real time, and the ends of waits, which depend on the clock rate.

The clocks of a program can run several times faster than real time, or show virtual time. As a
rule, virtual time passes only while every thread waits: the clock then jumps to the moment at which
the first wait ends. Computing takes no virtual time, so durations are exact to the nanosecond. All
clocks of the program show virtual time, except for `time.process_time` and similar clocks, which
measure processor time; see runtime/worker/kernel/clock.ts.

At every clock rate, no wait ends early: whichever clock a program reads before and after the wait,
the difference is at least the timeout. The functions `moment_in`, `moment_at` and `reading_in`
return when a wait may end. Where rounding would make the difference too small, they choose a later
moment, and so do `scheduler.timeout_end` and the timers of event loops for the rest of a timeout.
CPython needs no such rule, because there a wait always ends some microseconds late.
"""

import math
import time

import browser_kernel as kernel
import browser_page as page

from browser_runtime.run_options import RunOptions

# How many times faster than real time the clocks go, or 0 for virtual time.
clock_rate: float = 1
# Whether the clocks show virtual time.
is_on = False

_monotonic_ns = time.monotonic_ns

_NS_PER_S = 1_000_000_000
# How much longer waits take than asked for, in ns; see `margin_ns` in
# runtime/worker/kernel/kernel.ts.
_margin: int = 0


def begin(options: RunOptions) -> None:
    """Set the rate of the clocks that the next program reads."""
    global clock_rate, is_on, _margin
    clock_rate, is_on = options.clock_rate, options.clock_rate == 0
    # In virtual time, no margin is needed, because runtime/worker/kernel/clock.ts advances the date
    # by a little more than the wait has taken.
    _margin = 0 if is_on else kernel.margin_ns
    if clock_rate != 1:
        kernel.start_clock(clock_rate)


def end() -> None:
    """Go back to real time."""
    global clock_rate, is_on
    if clock_rate != 1 and kernel.stop_clock():
        page.tell("looked-at-clock", 0, "")
    clock_rate, is_on = 1, False


def now() -> int:
    """Return the present moment on the monotonic clock, in ns."""
    return _monotonic_ns()


def nanoseconds(seconds: float) -> int:
    """Return a duration in nanoseconds, rounded up as CPython rounds timeouts."""
    return math.ceil(seconds * _NS_PER_S)


def deadline(seconds: float | None) -> int | None:
    """Return the virtual time in ns at which a wait ends; None if virtual time does not end it.

    Args:
        seconds: a duration that `seconds_to` has returned, so a whole number of nanoseconds; None
            for a wait without a limit.
    """
    if not is_on or seconds is None:
        return None
    return kernel.elapsed() + round(seconds * _NS_PER_S)


def moment_in(seconds: float) -> int:
    """Return when a wait that begins now may end, in ns on the monotonic clock.

    A program can measure the wait with `time.monotonic`, whose readings are rounded. In virtual
    time, the result is therefore the first moment whose reading differs enough from the present
    reading.

    Args:
        seconds: how long the wait is.
    """
    now = _monotonic_ns()
    moment = now + nanoseconds(seconds)
    if not is_on:
        return moment + _margin if seconds > 0 else moment
    return moment_at(_end(_reading(now), seconds), moment)


def _end(reading: float, seconds: float) -> float:
    """Return what `time.monotonic` has to show in virtual time before a wait may end."""
    end = add(reading, seconds)
    if seconds != round(seconds * _NS_PER_S) / _NS_PER_S:
        # This is probably the rest of another timeout, which `queue` and `threading` calculate by
        # subtracting readings of the clock. Rounding can make the result too small by up to two
        # steps of a float.
        end = math.nextafter(end, math.inf, steps=2)
    return end


def moment_at(reading: float, earliest: int | None = None) -> int:
    """Return the first moment, in ns, at which `time.monotonic` shows at least this reading.

    Args:
        reading: the reading in seconds.
        earliest: a moment that is known not to be later than the result.
    """
    moment = math.floor(reading * _NS_PER_S) - 1 if earliest is None else earliest
    while _reading(moment) < reading:
        moment += 1
    return moment


def rounding_error(moment: int) -> float:
    """Return by how many ns the end of a wait differs at most if it is calculated from readings.

    Args:
        moment: when the wait ends, in ns.
    """
    # Two readings, their sum with a timeout, and the difference from a third reading are rounded,
    # each by at most half a step of a float. Both ends are then rounded to nanoseconds.
    return 2 + 2 * math.ulp(moment / _NS_PER_S) * _NS_PER_S


def seconds_to(moment: int) -> float:
    """Return how many seconds remain until the monotonic clock shows a moment given in ns.

    The result is 0 if the moment has passed.
    """
    return max(0, moment - _monotonic_ns()) / _NS_PER_S


def add(reading: float, seconds: float) -> float:
    """Return the sum of a clock reading and a duration, rounded up."""
    total = reading + seconds
    # The error of the sum, by Knuth's TwoSum: https://en.wikipedia.org/wiki/2Sum
    rounded = total - reading
    error = (reading - (total - rounded)) + (seconds - rounded)
    return math.nextafter(total, math.inf) if error > 0 else total


def reading_in(reading: float, seconds: float) -> float:
    """Return what `time.monotonic` has to show before a wait may end.

    Args:
        reading: what it shows when the wait begins.
        seconds: how long the wait is.
    """
    if is_on:
        return _end(reading, seconds)
    return add(reading, seconds + _margin / _NS_PER_S if seconds > 0 else seconds)


def _reading(moment: int) -> float:
    """Return what `time.monotonic` shows at a moment given in ns."""
    seconds, rest = divmod(moment, _NS_PER_S)
    return float(moment) / _NS_PER_S if rest else float(seconds)


def refuse(what: str) -> None:
    """Raise an error unless the program runs in real time.

    Processes and interpreters have clocks of their own, which always show real time.

    Args:
        what: what the program starts, for example "a process".
    """
    if clock_rate != 1:
        raise RuntimeError(
            f"{what} has clocks of its own, which show real time; "
            "choose “Real time” to run this program"
        )
