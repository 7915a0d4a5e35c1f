"""Select, poll and epoll."""

import os
import select
import socket
import threading

a, b = socket.socketpair()
r, w = os.pipe()


def names(ready):
    return sorted({a.fileno(): "a", b.fileno(): "b", r: "r", w: "w"}[fd] for fd in ready)


print(names(x.fileno() for x in select.select([a, b], [a, b], [a, b], 0)[1]))
threading.Timer(0.05, b.send, (b"x",)).start()
print(select.select([a], [], []) == ([a], [], []), select.select([a], [], [], 0)[0] == [a])
print(select.select([r], [w], [r], 1) == ([], [w], []), select.select([r], [], [], 0.01))
poll = select.poll()
poll.register(a, select.POLLIN | select.POLLOUT)
poll.register(r)
poll.register(w, select.POLLOUT)
print(sorted((names([fd])[0], bits) for fd, bits in poll.poll()))
poll.modify(a, select.POLLOUT)
poll.unregister(r)
print(sorted((names([fd])[0], bits) for fd, bits in poll.poll(10)))
os.close(w)
print([bits for fd, bits in poll.poll(0) if names([fd]) == ["w"]])
poll.unregister(w)
poll.register(r)
print([bits for fd, bits in poll.poll(0) if fd == r])
os.close(r)
poll.unregister(r)
b.close()
print([bits for fd, bits in poll.poll(0)])
for call in (
    lambda: poll.unregister(r),
    lambda: poll.modify(r, 1),
    lambda: poll.register(-1),
    lambda: select.select([-1], [], []),
    lambda: select.select([], [], [], -1),
    lambda: select.select(5, [], []),
    lambda: select.select([object()], [], []),
    lambda: select.select([r], [], []),
):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error if not isinstance(error, KeyError) else "")
a, b = socket.socketpair()
with select.epoll() as e:
    e.register(a, select.EPOLLIN)
    print(e.poll(0))
    try:
        e.register(a)
    except OSError as error:
        print(repr(error))
    b.send(b"12")
    print([bits for _, bits in e.poll()], [bits for _, bits in e.poll(1)])
    e.modify(a, select.EPOLLIN | select.EPOLLET)
    print([bits for _, bits in e.poll(0)], e.poll(0))
    b.send(b"3")
    print([bits for _, bits in e.poll(0)], e.poll(0))
    e.modify(a, select.EPOLLIN | select.EPOLLONESHOT)
    print([bits for _, bits in e.poll(0)], e.poll(0))
    e.modify(a, select.EPOLLOUT | select.EPOLLIN)
    print([bits for _, bits in e.poll(0)])
    b.close()
    print([bits for _, bits in e.poll(0)])
    e.unregister(a)
    try:
        e.unregister(a)
    except OSError as error:
        print(repr(error))
print(e.closed)
try:
    e.poll()
except ValueError as error:
    print(error)
