"""What sockets, pipes and the like have in common: a state, and observers of the state.

This module and the others of the package `loopback` know neither file descriptors nor threads.
Nothing in them blocks. A call that cannot continue raises `WouldBlock`, and a caller that waits
registers an observer, which is called whenever the state may have changed, except at the moment
that `next_change` returns.
"""

from collections.abc import Callable, Iterable

type Observer = Callable[[], None]

# The bits of a state, which are those of `poll` and `epoll` on Linux.
READABLE, URGENT, WRITABLE, ERROR, HUNG_UP, READ_ENDED = 0x1, 0x2, 0x4, 0x8, 0x10, 0x2000


class WouldBlock(Exception):  # noqa: N818 - not an error: the caller waits, or raises one
    """The call cannot continue now, because there is no data, room or connection."""


class Pollable:
    """Something whose state can be asked for and observed.

    Attributes:
        references: how many file descriptors refer to this object; see `descriptors`.
        is_blocking: whether calls of `os` on it may wait; the opposite of the flag O_NONBLOCK.
        is_closed: whether `close` has been called.
        unnamed: what timelines show if `peer` is None or empty.
    """

    unnamed = ""

    __slots__ = ("is_blocking", "is_closed", "observers", "references")

    def __init__(self) -> None:
        self.observers: list[Observer] = []
        self.references = 0
        self.is_blocking = True
        self.is_closed = False

    def state(self) -> int:
        """Return the bits of the present state, for example `READABLE | WRITABLE`."""
        raise NotImplementedError

    def next_change(self) -> int | None:
        """Return the moment at which the state may change by itself, in ns; None if it does not.

        At this moment, something arrives that is on its way in a slow network. The observers are
        not called then.
        """
        return None

    @property
    def peer(self) -> object:
        """The address that timelines show: that of the other end, or a listener's own; or None."""
        return None

    def watched(self) -> "Iterable[Pollable]":
        """Return the objects whose addresses timelines show when a thread waits for this one."""
        return (self,)

    @property
    def is_serving(self) -> bool:
        """Whether this object waits for clients, even if none exists yet."""
        return False

    @property
    def is_outside(self) -> bool:
        """Whether something outside of this interpreter can change the state."""
        return False

    def changed(self) -> None:
        """Call the observers, because the state may have changed."""
        for observer in tuple(self.observers):
            observer()

    def close(self) -> None:
        """Release everything; the observers are called for the last time."""
        self.is_closed = True
        self.changed()
