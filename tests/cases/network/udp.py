"""UDP sockets, and a pair of Unix sockets for messages."""

import socket

a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
a.bind(("127.0.0.1", 0))
b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(b.sendto(b"one", a.getsockname()), b.sendto(b"two", 0, a.getsockname()))
data, sender = a.recvfrom(100)
print(data, sender == ("127.0.0.1", b.getsockname()[1]), b.getsockname()[0])
print(a.recv(2), a.sendto(b"", sender), b.recvfrom(10) == (b"", a.getsockname()))
b.connect(a.getsockname())
print(b.send(b"three"), a.recvfrom(10)[0], b.getpeername() == a.getsockname())
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.sendto(b"ignored", b.getsockname())
a.sendto(b"kept", b.getsockname())
print(b.recv(100))
a.close()
b.send(b"nobody")
for _ in range(2):
    try:
        print(b.send(b"x"))
    except OSError as error:
        print(repr(error))
for call in (
    lambda: other.send(b"x"),
    lambda: other.sendto(bytes(70000), b.getsockname()),
    lambda: other.listen(),
    lambda: other.accept(),
    lambda: other.sendto(b"x"),
):
    try:
        print(call())
    except (OSError, TypeError) as error:
        print(repr(error))
b.settimeout(0.01)
try:
    b.recv(1)
except OSError as error:
    print(repr(error))
b.setblocking(False)
try:
    b.recvfrom(1)
except OSError as error:
    print(repr(error))
c, d = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
c.send(b"long message")
print(d.recvmsg(4), d.getsockname() == "")
