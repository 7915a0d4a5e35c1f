"""A network of its own for each program: sockets, pipes and `select`, within the page.

Nothing leaves the page. The layers, each of which may use the layers above it in this list, and
`constants` and `facade`:

1. **The loopback**, without file descriptors, threads or CPython's interfaces: `pollable` (state
   and observers), `streams` (bounded bytes in one direction, with latency and bandwidth),
   `endpoints` (TCP and Unix connections, listeners) with `backlogs`, `datagrams`, `pipes`,
   `addresses` with `numeric`, `errors`, and `networks` with the class `Network`, which knows what
   is bound where. A call that cannot continue raises `pollable.WouldBlock`. `Pollable.observers`
   are called whenever the state may have changed, except when something arrives that was on its
   way: `Pollable.next_change()` returns this moment, in ns on the program's monotonic clock.
2. **Descriptors**: `descriptors.current()` is the table of the running program, with its `network`.
   `descriptors.wait_until(is_done, pollables, seconds, reason)` suspends the running thread until a
   condition holds or a timeout has passed. `elsewhere` connects the table's network with those of
   the program's other processes. Deadlocks are reported as for locks, unless an object waits for
   clients (`Pollable.is_serving`; see `scheduler.is_only_serving`) or for something outside of
   this interpreter (`Pollable.is_outside`).
3. **CPython's interfaces**: `sockets` and `transfers` (the methods of `_socket.socket`),
   `options`, `naming`, `messages`, `ancillary`, `defaults`, `functions`, `resolver`, `polling`
   (`select`, `poll`, `epoll`) and `system` (`os.pipe`, `os.read`, …).

`servers` tells the page when a program only waits for clients. `tls` makes the use of TLS fail.

`facade`, `constants`, `settings`, `late_code` and `tls` are the only modules that are loaded before
a program needs a network. The others are in the archive of the standard library; see
runtime/bundle/pack.py. `settings` reads how slow the network of a program is.

How other parts of the runtime use it:

- An event loop creates CPython's `selectors.DefaultSelector`, which is `EpollSelector` on
  `polling.Epoll`, when the first descriptor is registered with the loop. While the loop waits, it
  observes the `Epoll` object; see `scheduling.event_loop`.
- Each process has a network of its own. `elsewhere` connects their TCP and Unix sockets; datagrams
  do not reach other processes. If nothing listens at an address in this process, an endpoint that
  connects asks the others. `is_outside` is true for an endpoint whose peer is in another process.
"""

from browser_runtime.network import facade

__all__ = ["begin", "end", "install"]

install = facade.install
begin = facade.begin
end = facade.end
