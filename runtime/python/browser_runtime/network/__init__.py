"""A network of its own for each program: sockets, pipes and `select`, within the page.

Nothing leaves the page. The layers, of which each may use only those above it in this list:

1. **The loopback**, without file descriptors, threads or CPython's interfaces: `pollable` (state
   and observers), `streams` (bounded bytes in one direction, with latency and bandwidth),
   `endpoints` (TCP and Unix connections, listeners), `datagrams`, `pipes`, `addresses`, and
   `networks` with the class `Network`, which knows what is bound where. A call that cannot
   continue raises `pollable.WouldBlock`. `Pollable.observers` are called whenever the state may
   have changed. `Pollable.next_change()` is the moment, in ns on the program's monotonic clock, at
   which the state changes by itself, because something is on its way.
2. **Descriptors**: `descriptors.current()` is the table of the running program, with its `network`.
   `descriptors.wait_until(is_done, pollables, seconds, reason)` suspends the running thread until a
   condition holds. Deadlocks are reported as for locks, unless an object waits for clients
   (`Pollable.is_serving`; see `scheduler.is_only_serving`) or for something outside of this
   interpreter (`Pollable.is_outside`).
3. **CPython's interfaces**: `sockets` (the methods of `_socket.socket`), `options`, `naming`,
   `messages`, `functions`, `resolver`, `polling` (`select`, `poll`, `epoll`) and `system`
   (`os.pipe`, `os.read`, …).

`servers` tells the page when a program only waits for clients. `tls` makes the use of TLS fail.

`facade`, `constants`, `settings`, `late_code` and `tls` are the only modules that are loaded before
a program needs a network. The others are in the archive of the standard library; see
runtime/bundle/pack.py. `settings` reads how slow the network of a program is.

How other parts of the runtime use it:

- An event loop uses CPython's `selectors.DefaultSelector`, which is `EpollSelector` on
  `polling.Epoll`. Another thread can wake a loop that waits in `select` through a pipe, or, without
  any descriptor, by an object of a class derived from `Pollable` that is registered with
  `descriptors.current().open(…)`: set what its `state()` returns, and call its `changed()`.
- Each process has a network of its own. `elsewhere` connects their TCP and Unix sockets; datagrams
  do not reach other processes. If nothing listens at an address in this process, `Network.connect`
  asks the others. An endpoint whose peer is in another process has `is_outside`.
"""

from browser_runtime.network import facade

__all__ = ["begin", "end", "install"]

install = facade.install
begin = facade.begin
end = facade.end
