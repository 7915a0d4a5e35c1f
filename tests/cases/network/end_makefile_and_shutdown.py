"""Files on sockets, the end of the data, `shutdown`, and calls of closed sockets."""

import socket

a, b = socket.socketpair()
print(a.family.name, a.type.name, a.proto, a.gettimeout(), a.getblocking(), a.getsockname() == "")
with a.makefile("w", encoding="utf-8") as out:
    out.write("one\ntwo\n")
a.shutdown(socket.SHUT_WR)
with b.makefile() as lines:
    print(list(lines), b.recv(10))
try:
    a.send(b"x")
except OSError as error:
    print(repr(error))
b.sendall(b"answer")
b.close()
print(a.recv(3), a.recv(100), a.recv(100))
a.close()
print(a.fileno(), a)
for call in (
    a.getsockname,
    lambda: a.recv(1),
    lambda: a.send(b""),
    lambda: a.settimeout(1),
    a.accept,
):
    try:
        call()
    except OSError as error:
        print(repr(error))
a.close()
