"""Tells the page when a program does nothing but wait for clients, which only it could start.

This is no deadlock: outside of a browser, clients could connect to such a program. Servers such as
uvicorn and `socketserver` look at regular intervals whether they have to end, so the wait of such a
program may have a timeout. Such a wait is reported when it has lasted for a while without a
connection.

A child process may be the server, too. Only the main process knows whether the program does nothing
but wait for that child. It reports this in `processes.popen`.
"""

import sys

from runnable_tracer.network import peers

from browser_runtime import facts
from browser_runtime.network.loopback import addresses
from browser_runtime.network.loopback.networks import Endpoint, Network
from browser_runtime.scheduling import scheduler

# How long a program with timeouts has to wait for clients before that is reported.
_PATIENCE_MS = 2000
# How many addresses a report names at most, and how many reports a program causes at most.
_MAX_ADDRESSES, _MAX_REPORTS = 3, 20


class Servers:
    """Watches the waits of one program.

    Args:
        network: the network of the program.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        # When the program began to wait for clients, in ms; None if it does something else, or
        # `look` has not noticed it yet.
        self._since: float | None = None
        self._is_reported = False
        self._reports = 0
        network.on_connection = self._withdraw

    def look(self) -> None:
        """Report that the program waits for clients, if it does.

        For when this is called, see `scheduler.on_endless_wait`.
        """
        if self._is_reported or not self._network.awaits_clients or _has_children():
            return
        if not scheduler.waits_for_clients():
            self._since = None
            return
        now = facts.page_time()
        if self._since is None:
            self._since = now
        if scheduler.is_only_serving() or now - self._since >= _PATIENCE_MS:
            self._report()

    def _report(self) -> None:
        if self._reports < _MAX_REPORTS:
            self._reports += 1
            self._is_reported = True
            names = dict.fromkeys(map(_reachable, self._network.servers))
            facts.waits_for_clients(list(names)[:_MAX_ADDRESSES], is_child=_is_child())

    def _withdraw(self) -> None:
        """Take the report back, because a client has connected."""
        self._since = None
        if self._is_reported:
            self._is_reported = False
            facts.waits_for_clients([], is_child=_is_child())


def _reachable(server: Endpoint) -> str:
    """Return the address at which a client reaches a server."""
    name = server.name
    if isinstance(name, tuple) and addresses.is_wildcard(name[0]):
        name = addresses.make(addresses.AF_INET, addresses.LOOPBACK[addresses.AF_INET], name[1])
    return peers.shown(name)


def _has_children() -> bool:
    """Return whether this process has child processes, which may be clients or start some."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and bool(process._children)


def _is_child() -> bool:
    """Return whether another process has started this one."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and process.parent_process() is not None
