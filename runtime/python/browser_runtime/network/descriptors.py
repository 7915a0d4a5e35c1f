"""The file descriptors of pipes, sockets and `epoll` objects, and waiting for their state.

The numbers are greater than all that the file system of the browser uses, so that functions which
take a descriptor know whether it belongs to the network or to a file.
"""

import heapq
from collections.abc import Callable, Iterable

import browser_processes as broker

from browser_runtime.network import facade
from browser_runtime.network.elsewhere import Elsewhere
from browser_runtime.network.loopback.errors import failure
from browser_runtime.network.loopback.networks import Network
from browser_runtime.network.loopback.pollable import Pollable
from browser_runtime.network.servers import Servers
from browser_runtime.processes.system import MAIN
from browser_runtime.scheduling import scheduler, virtual_time

FIRST = facade.FIRST
# How many of these descriptors one process of a program can have open.
LIMIT = 4096
# If the system chooses the ports, how many of them a process uses before it comes to the ports with
# which the next process begins.
_PORTS_OF_A_PROCESS = 221


class Descriptors:
    """The open descriptors of one process of a program, and the network that they belong to."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.elsewhere = Elsewhere(network)
        self._open: dict[int, Pollable] = {}
        # The free numbers below the greatest one that has been used. The smallest is used next.
        self._free: list[int] = []
        self._inheritable: set[int] = set()

    def open(self, pollable: Pollable) -> int:
        """Return a new descriptor that refers to an object.

        Raises:
            OSError: too many descriptors are open (`EMFILE`).
        """
        if len(self._open) >= LIMIT:
            raise failure("EMFILE", f"a program can have {LIMIT} sockets and pipes open here")
        number = heapq.heappop(self._free) if self._free else FIRST + len(self._open)
        self._open[number] = pollable
        pollable.references += 1
        return number

    def get(self, number: int) -> Pollable:
        """Return the object that an open descriptor refers to.

        Raises:
            OSError: the descriptor is not open (`EBADF`).
        """
        pollable = self._open.get(number)
        if pollable is None:
            raise failure("EBADF")
        return pollable

    def is_open(self, number: int) -> bool:
        """Return whether a number is an open descriptor of this table."""
        return number in self._open

    def close(self, number: int) -> None:
        """Close a descriptor, and its object if no other descriptor refers to the object.

        Raises:
            OSError: the descriptor is not open (`EBADF`).
        """
        pollable = self.get(number)
        del self._open[number]
        self._inheritable.discard(number)
        heapq.heappush(self._free, number)
        pollable.references -= 1
        if not pollable.references:
            pollable.close()

    def duplicate(self, number: int, least: int = 0) -> int:
        """Return a new descriptor that refers to the same object as another one.

        Args:
            number: the other descriptor.
            least: the smallest number that the new descriptor may have.
        """
        if least <= FIRST:
            return self.open(self.get(number))
        while self.is_open(least):
            least += 1
        self.duplicate_to(number, least)
        return least

    def is_inheritable(self, number: int) -> bool:
        """Return whether a program wants child processes to inherit a descriptor."""
        self.get(number)
        return number in self._inheritable

    def set_inheritable(self, number: int, inheritable: bool) -> None:
        """Remember whether a program wants child processes to inherit a descriptor."""
        self.get(number)
        if inheritable:
            self._inheritable.add(number)
        else:
            self._inheritable.discard(number)

    def duplicate_to(self, number: int, target: int) -> None:
        """Let the number `target` refer to the object of the descriptor `number`.

        If `target` is another open descriptor, it is closed before.

        Raises:
            OSError: `number` is not open, or `target` cannot be a descriptor of this table.
        """
        pollable = self.get(number)
        if not FIRST <= target < FIRST + LIMIT:
            is_of_a_file = 0 <= target < FIRST
            explanation = f"sockets and pipes have numbers from {FIRST} on here"
            raise failure("EBADF", explanation if is_of_a_file else "")
        if number == target:
            return
        if self.is_open(target):
            self.close(target)
        # The numbers up to `target` that have never been used become free, before it is taken.
        for unused in range(FIRST + len(self._open) + len(self._free), target + 1):
            heapq.heappush(self._free, unused)
        self._free.remove(target)
        heapq.heapify(self._free)
        self._open[target] = pollable
        pollable.references += 1

    def close_all(self) -> None:
        """Close all descriptors, at the end of a program."""
        for number in list(self._open):
            # It may have been closed with a socket before it: the messages to that socket are lost,
            # and with them the descriptors that they carry.
            if number in self._open:
                self.close(number)


class _Waiter:
    """Wakes the one thread in its queue; the method `wake` is an observer."""

    def __init__(self) -> None:
        self.queue: list[scheduler.Waiting] = []

    def wake(self) -> None:
        """Wake the thread."""
        for waiting in self.queue:
            waiting.wake()


def wait_until(
    is_done: Callable[[], bool],
    pollables: Iterable[Pollable],
    seconds: float | None,
    reason: str,  # noqa: ARG001 - see below
) -> bool:
    """Suspend the running thread until a condition holds or a timeout has passed.

    Args:
        is_done: returns whether the condition holds. It may do the work for which the thread waits.
        pollables: the objects whose changes can make the condition hold.
        seconds: the timeout; None waits without a limit, and 0 does not wait.
        reason: why the thread waits, which `tracing` reads from here: `connect`, `accept`, `read`,
            `write` or `select`.

    Returns:
        Whether the condition held before the timeout had passed.
    """
    if is_done():
        return True
    if seconds == 0:
        return False
    observed = tuple(pollables)
    end = None if seconds is None else scheduler.timeout_end(seconds)
    waiter = _Waiter()
    for each in observed:
        each.observers.append(waiter.wake)
    try:
        while True:
            left = None if end is None else virtual_time.seconds_to(end)
            if left == 0:
                return False
            until = _sooner(left, observed)
            # Asking all objects for `is_serving` takes long if there are many of them, so they are
            # asked only if the answer matters.
            may_serve = until is None or current().network.awaits_clients
            scheduler.wait(
                until,
                waiter.queue,
                outside=until is None and any(each.is_outside for each in observed),
                is_serving=may_serve and any(each.is_serving for each in observed),
            )
            if is_done():
                return True
    finally:
        for each in observed:
            each.observers.remove(waiter.wake)


def _sooner(seconds: float | None, observed: Iterable[Pollable]) -> float | None:
    """Return the shorter of a timeout and the time until one of the objects changes by itself.

    The result is None if there is neither.
    """
    moments = [moment for each in observed if (moment := each.next_change()) is not None]
    if not moments:
        return seconds
    left = virtual_time.seconds_to(min(moments))
    return left if seconds is None else min(left, seconds)


_current: Descriptors | None = None


def current() -> Descriptors:
    """Return the descriptors of the running program; the first call creates its network."""
    global _current
    if _current is None:
        network = Network(
            virtual_time.now,
            latency=facade.latency,
            bandwidth=facade.bandwidth,
            first_port=(broker.pid() - MAIN) * _PORTS_OF_A_PROCESS,
        )
        _current = Descriptors(network)
        network.others = _current.elsewhere
        scheduler.on_endless_wait = Servers(network).look
    return _current


def is_socket_file(device: int, number: int) -> bool:
    """Return whether the running program has bound a socket to a file.

    Args:
        device: the device of the file.
        number: the number of the file on the device.
    """
    return _current is not None and (device, number) in _current.network.socket_files


def end() -> None:
    """Close everything that the program has left open, and send what other processes should get."""
    global _current
    if _current is not None:
        scheduler.on_endless_wait = None
        _current.close_all()
        _current.elsewhere.end()
        _current = None
