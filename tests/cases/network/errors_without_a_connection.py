"""Errors of sockets that are not connected, and of arguments that are not valid."""

import socket


def attempt(function, *args):
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        print(function.__name__, repr(error))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


port = free_port()
for family in (socket.AF_INET, socket.AF_UNIX):
    with socket.socket(family) as s:
        print(s.getsockname())
        attempt(s.getpeername)
        attempt(s.recv, 10)
        attempt(s.send, b"x")
        attempt(s.shutdown, 2)
        attempt(s.accept)
        attempt(s.recv, -1)
        attempt(s.settimeout, -1)
        attempt(s.settimeout, "1")
        attempt(s.setsockopt, 1, 9999, 1)
        attempt(s.getsockopt, 1, 4)
with socket.socket() as s:
    attempt(s.connect, ("127.0.0.1", port))
    print(s.connect_ex(("127.0.0.1", port)))
    attempt(s.connect, "127.0.0.1")
    attempt(s.connect, ("127.0.0.1",))
    attempt(s.connect, ("127.0.0.1", "80"))
    attempt(s.connect, ("127.0.0.1", 70000))
    attempt(s.connect, (1, 80))
    attempt(s.bind, ("203.0.113.1", 0))
with socket.socket(socket.AF_UNIX) as s:
    attempt(s.connect, "/nowhere/at/all")
    attempt(s.connect, 5)
    attempt(s.bind, "x" * 200)
attempt(socket.socket, 77)
attempt(socket.socket, socket.AF_INET, 99)
attempt(socket.socket, socket.AF_INET, socket.SOCK_STREAM, 17)
attempt(socket.socket, -1, -1, -1, 123456)
attempt(socket.socket, -1, -1, -1, -5)
attempt(socket.socket, -1, -1, -1, "5")
with socket.socket() as s:
    attempt(s.shutdown, 2**1000)
    attempt(s.listen, 2**31)
    attempt(s.send, b"", "flags")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    attempt(s.sendto, b"", "flags", ("127.0.0.1", 9))
    attempt(s.sendto, b"", None)
