"""Which sockets can be bound at an address that another socket uses."""

import errno
import socket


def name(function, *args):
    try:
        function(*args)
    except OSError as error:
        return errno.errorcode[error.errno], error.strerror
    return "ok"


first = socket.create_server(("127.0.0.1", 0))
port = first.getsockname()[1]
for host in ("127.0.0.1", "", "127.0.0.2"):
    with socket.socket() as s:
        print(host, name(s.bind, (host, port)))
with socket.socket() as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    print(name(s.bind, ("127.0.0.1", port)))
with socket.socket() as s:
    print(name(first.bind, ("127.0.0.1", 0)))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    print(name(s.bind, ("127.0.0.1", port)))
first.close()
with socket.create_server(("127.0.0.1", port)) as again:
    print(again.getsockname()[1] == port)
with socket.socket() as one, socket.socket() as two:
    for s in (one, two):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        print(name(s.bind, ("127.0.0.1", port)))
    print(name(one.listen), name(two.listen))
with socket.socket() as one, socket.socket() as two:
    for s in (one, two):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        print(name(s.bind, ("127.0.0.1", port)), name(s.listen))
