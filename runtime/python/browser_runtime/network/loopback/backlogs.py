"""The connections that a listener has not accepted yet, and clients that wait for a place."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

_CHECKED_AT = 64


class _Client(Protocol):
    """A client, which may have given up."""

    is_closed: bool


class Backlog[Endpoint, Client: _Client]:
    """A queue of connections, with a limit, and of clients for which there is no place in it.

    Args:
        now: returns the present moment, in ns.
    """

    __slots__ = ("_arriving", "_checked_at", "_now", "_waiting", "limit")

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        # The queue holds one connection more than this, as on Linux.
        self.limit = 0
        # When a connection arrives (0 without latency), and the listener's end of the connection.
        self._arriving: deque[tuple[int, Endpoint]] = deque()
        self._waiting: deque[Client] = deque()
        # When this many clients wait, those that have given up are removed.
        self._checked_at = _CHECKED_AT

    @property
    def has_place(self) -> bool:
        """Whether another connection can be added."""
        return len(self._arriving) <= self.limit

    @property
    def has_arrived(self) -> bool:
        """Whether a connection can be accepted now."""
        if not self._arriving:
            return False
        moment = self._arriving[0][0]
        return not moment or moment <= self._now()

    def next_arrival(self) -> int | None:
        """Return when the first connection arrives, in ns.

        The result is None if a connection has already arrived, or if none is on its way.
        """
        return None if self.has_arrived or not self._arriving else self._arriving[0][0]

    def add(self, moment: int, endpoint: Endpoint) -> None:
        """Add the listener's end of a connection, which arrives at this moment."""
        self._arriving.append((moment, endpoint))

    def take(self) -> Endpoint:
        """Remove and return the connection that has waited longest."""
        return self._arriving.popleft()[1]

    @property
    def waiting(self) -> int:
        """How many clients wait for a place."""
        return len(self._waiting)

    def let_wait(self, client: Client) -> None:
        """Remember a client, which will be connected as soon as there is a place."""
        self._waiting.append(client)
        if len(self._waiting) >= self._checked_at:
            self._waiting = deque(each for each in self._waiting if not each.is_closed)
            self._checked_at = max(_CHECKED_AT, 2 * len(self._waiting))

    def next_client(self) -> Client | None:
        """Remove and return a waiting client, if there is a place for it."""
        return self._waiting.popleft() if self._waiting and self.has_place else None

    def clear(self) -> tuple[list[Endpoint], list[Client]]:
        """Remove everything, and return the connections and the clients that waited."""
        connections, clients = [endpoint for _, endpoint in self._arriving], list(self._waiting)
        self._arriving.clear()
        self._waiting.clear()
        return connections, clients
