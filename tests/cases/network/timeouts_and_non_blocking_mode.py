"""Timeouts and non-blocking mode."""

import select
import socket

server = socket.create_server(("127.0.0.1", 0))


def attempt(function, *args):
    try:
        print(function(*args))
    except OSError as error:
        print(repr(error), error.errno)


server.settimeout(0.01)
attempt(server.accept)
server.setblocking(False)
attempt(server.accept)
client = socket.socket()
client.settimeout(0)
print(client.getblocking(), client.gettimeout(), client.timeout)
attempt(client.connect, server.getsockname())

print(
    select.select([], [client], [], 5)[1] == [client],
    client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
)
attempt(client.connect, server.getsockname())
attempt(client.connect, server.getsockname())
there, _ = server.accept()
print(there.gettimeout())
attempt(client.recv, 10)
there.settimeout(0.01)
attempt(there.recv, 10)
attempt(there.recv, 10, socket.MSG_DONTWAIT)
there.settimeout(None)
attempt(there.recv, 10, socket.MSG_DONTWAIT)
total = 0
try:
    while True:
        total += client.send(bytes(65536))
except BlockingIOError:
    print(total > 65536)
client.settimeout(0.01)
attempt(client.sendall, bytes(100))
socket.setdefaulttimeout(0.5)
print(socket.getdefaulttimeout(), socket.socket().gettimeout())
socket.setdefaulttimeout(None)
refused = socket.socket()
refused.settimeout(0)
port = server.getsockname()
server.close()
print(refused.connect_ex(port))
select.select([], [refused], [], 5)
print(
    refused.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
    refused.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
)
