"""Options of sockets, as they are read and set."""

import socket
import struct

s = socket.socket()


def get(level, name, *size):
    return s.getsockopt(level, name, *size)


print(get(socket.SOL_SOCKET, socket.SO_REUSEADDR))
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 5)
print(
    get(socket.SOL_SOCKET, socket.SO_REUSEADDR),
    get(socket.SOL_SOCKET, socket.SO_TYPE),
    get(socket.SOL_SOCKET, socket.SO_DOMAIN),
    get(socket.SOL_SOCKET, socket.SO_PROTOCOL),
    get(socket.SOL_SOCKET, socket.SO_ACCEPTCONN),
)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
print(get(socket.IPPROTO_TCP, socket.TCP_NODELAY))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 10_000)
print(get(socket.SOL_SOCKET, socket.SO_RCVBUF))
s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
print(get(socket.SOL_SOCKET, socket.SO_SNDBUF))
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 3))
print(struct.unpack("ii", get(socket.SOL_SOCKET, socket.SO_LINGER, 8)))
print(
    get(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    get(socket.SOL_SOCKET, socket.SO_TYPE, 4),
    get(socket.IPPROTO_IP, socket.IP_TTL),
)
for call in (
    lambda: s.setsockopt(socket.SOL_SOCKET, socket.SO_TYPE, 1),
    lambda: get(socket.SOL_SOCKET, socket.SO_TYPE, 5000),
    lambda: s.setsockopt(1, 2, None),
):
    try:
        call()
    except (OSError, TypeError) as error:
        print(repr(error))
s.bind(("127.0.0.1", 0))
s.listen()
print(get(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
