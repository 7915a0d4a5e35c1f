"""Reads from a program's header how slow the network of the program is."""

import math
from typing import Any, NamedTuple

from runnable_tracer import header

# The build of the site has the same limits; see mkdocs_runnable/snippets/header.py.
LONGEST_LATENCY_S = 60
LEAST_BYTES_PER_S = 1000


class Delays(NamedTuple):
    """How slow a network is.

    Attributes:
        latency: how many seconds a packet is on its way.
        bandwidth: how many bytes each direction of a connection carries in a second; None for any
            number.
    """

    latency: float = 0
    bandwidth: float | None = None


def read(source: str) -> Delays | None:
    """Return how slow a program wants its network to be.

    Args:
        source: the text of the program, whose header may have an option such as
            ``network = { latency = 0.05, bandwidth = 125_000 }``.

    Returns:
        `Delays()` if the program does not have the option. None if the option is not valid.
    """
    value = header.option(source, "network")
    if value is None:
        return Delays()
    if not isinstance(value, dict) or not value or not value.keys() <= {"latency", "bandwidth"}:
        return None
    latency, bandwidth = value.get("latency", 0), value.get("bandwidth")
    if not _is_number(latency) or not 0 <= latency <= LONGEST_LATENCY_S:
        return None
    if bandwidth is None:
        return Delays(latency)
    if not _is_number(bandwidth) or not LEAST_BYTES_PER_S <= bandwidth < math.inf:
        return None
    return Delays(latency, bandwidth)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
